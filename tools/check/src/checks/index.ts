import type { Check } from '../check.js';
import { arrows, lint, types, unused } from './code.js';
import { dependencies } from './dependencies.js';
import { docs } from './docs.js';
import { generated } from './generated.js';
import { lengths } from './lengths.js';
import { packages } from './packages.js';
import { specs } from './specs.js';
import { text } from './text.js';
import { vendors } from './vendors.js';

/** All checks; the slow ones first. */
export const checks: readonly Check[] = [types, lint, arrows, unused, specs, generated, packages, text, vendors, dependencies, docs, lengths];
