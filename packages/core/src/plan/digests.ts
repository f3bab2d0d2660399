import { createHash } from 'node:crypto';
import type { DesiredService } from '../compose/model.js';
import { canonicalJson } from '../compose/canonical-json.js';

export function serviceDigest(s: DesiredService): string {
  return createHash('sha256').update(canonicalJson([s.definition, s.image.id, s.variables, s.valuesDigest, s.files])).digest('hex');
}

export function differences(a: DesiredService, b: DesiredService): readonly string[] {
  const out: string[] = [];
  if (a.image.id !== b.image.id) out.push('image');
  if (canonicalJson([a.variables, a.valuesDigest]) !== canonicalJson([b.variables, b.valuesDigest])) out.push('environment');
  if (canonicalJson(a.files) !== canonicalJson(b.files)) out.push('files');
  for (const key of [...new Set([...Object.keys(a.definition), ...Object.keys(b.definition)])].sort()) if (canonicalJson(a.definition[key]) !== canonicalJson(b.definition[key])) out.push(`definition.${key}`);
  return out.sort();
}
