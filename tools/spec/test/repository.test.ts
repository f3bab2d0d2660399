import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseFeatures } from '../src/validate/features.js';

describe('GOV_V1_CORE: the features of this repository', () => {
  const parsed = parseFeatures(readFileSync(new URL('../../../spec/features.yaml', import.meta.url), 'utf8'));
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  it('are the 73 of the contract, and those beyond it in a domain of their own', () => expect(parsed.features.filter(({ domain }) => domain !== 'beyond')).toHaveLength(73));
});
