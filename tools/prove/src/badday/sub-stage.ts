import type { LoadReport, RunningLoad } from '@stagecraft-tools/load';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stage, type Ran, type Stage } from '../stage.js';
import { must } from '../point.js';

/** A stage of its own below another one, cleared at the end: for a point that plays the same story several times. */
export async function onStage<T>(outer: Stage, name: string, story: (here: Stage) => Promise<T>): Promise<T> {
  const folder = join(outer.folder, name);
  await mkdir(folder, { recursive: true });
  const here = stage(folder, { env: outer.env });
  try {
    return await story(here);
  } finally {
    await here.clear();
  }
}

/** Runs the command line; another exit code than the one that is meant is the reason of `not ok`. */
export async function ran(here: Stage, exitCode: number, ...args: readonly string[]): Promise<Ran> {
  const result = await here.stagecraft(args);
  must(result.exitCode === exitCode, `${args.join(' ')}: exit code ${result.exitCode}, not ${exitCode}: ${result.all.slice(-1500)}`);
  return result;
}

/** Plays a story under loads that end with it, whatever happens. @returns a report for each. */
export async function underLoad<Loads extends readonly RunningLoad[]>(loads: readonly [...Loads], story: () => Promise<void>): Promise<{ readonly [Index in keyof Loads]: LoadReport }> {
  try {
    await story();
  } finally {
    await Promise.all(loads.map((load) => load.stop()));
  }
  return (await Promise.all(loads.map((load) => load.ended))) as { readonly [Index in keyof Loads]: LoadReport };
}

/** A service that serves its word over HTTP from busybox; `lines` are added to it. */
export function wordService(name: string, word: string, lines: readonly string[] = []): string {
  return [
    `  ${name}:`,
    '    image: busybox:1.35',
    '    init: true',
    `    command: [sh, -c, "mkdir -p /www && echo ${word} >/www/index.html && exec httpd -f -p 8000 -h /www"]`,
    '    healthcheck: { test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8000/"], interval: 500ms, retries: 20 }',
    '    stop_grace_period: 2s',
    ...lines.map((line) => `    ${line}`),
    '',
  ].join('\n');
}

/** One request; a refused connection is told as its reason. */
export async function answerOf(url: string, host = 'localhost'): Promise<{ readonly status: number; readonly retryAfter: string; readonly text: string }> {
  const { request } = await import('node:http');
  return new Promise((resolve) => {
    const asking = request(url, { agent: false, headers: { host }, timeout: 10_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] ?? '', text: text.trim() }));
    });
    asking.once('timeout', () => asking.destroy(new Error('no answer within 10 s')));
    asking.once('error', (error: NodeJS.ErrnoException) => resolve({ status: 0, retryAfter: '', text: error.code ?? error.message }));
    asking.end();
  });
}
