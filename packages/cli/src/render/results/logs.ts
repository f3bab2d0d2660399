import type { LogEntry } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import type { Paint } from '../paint.js';
import { harmless } from '../text.js';

/** A line of a container behind the name of its source, and of its host where there are several. */
export function logText(entry: LogEntry, { paint }: Look, several: boolean): string {
  return `${several ? `${paint.dim(entry.host)} ` : ''}${hue(entry.source, paint)(entry.source)} ${paint.dim('|')} ${harmless(entry.text)}`;
}

/** The same colour for the same source on every run. */
function hue(source: string, paint: Paint): (text: string) => string {
  const hues = [paint.cyan, paint.green, paint.yellow, paint.bold];
  const sum = [...source].reduce((total, character) => total + (character.codePointAt(0) ?? 0), 0);
  return hues[sum % hues.length] ?? paint.bold;
}
