import type { ReleaseRecord, ReleasesResult, ReleaseStory } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { table } from '../table.js';
import { duration, harmless, moment, shortImage } from '../text.js';

/** The history of an environment, newest first; `*` stands at the release that serves. */
export function releasesText(result: ReleasesResult, { paint, width }: Look): string {
  if (result.releases.length === 0) return `no release yet in ${result.environment}\n`;
  return table(
    result.releases,
    [
      { title: '', value: (row) => (row.id === result.serving ? '*' : '') },
      { title: 'RELEASE', value: (row) => row.id },
      { title: 'VERSION', value: (row) => row.version, least: 8 },
      { title: 'KIND', value: (row) => row.kind },
      { title: 'OUTCOME', value: (row) => row.outcome, paint: (text, row) => (row.outcome === 'completed' ? paint.green(text) : row.outcome === 'open' ? paint.yellow(text) : paint.red(text)) },
      { title: 'STARTED (UTC)', value: (row) => moment(row.startedAt) },
      { title: 'TOOK', value: took, align: 'right' },
      { title: 'BY', value: (row) => row.operator, least: 6 },
      { title: 'CHANGED', value: changed, least: 8 },
    ],
    { width, paint },
  );
}

/** One release: who, when, its phases, what changed since the one before, and what happened step by step. */
export function storyText(story: ReleaseStory, { paint, width }: Look): string {
  const { release, previous, changes } = story;
  const facts: [string, string][] = [
    ['environment', `${release.project} / ${release.environment}`],
    ['version', release.version + (release.commit === undefined ? '' : `  (${release.commit.slice(0, 12)})`)],
    ['kind', release.kind + (release.target === undefined ? '' : ` to ${release.target}`)],
    ['outcome', release.outcome],
    ['started', `${moment(release.startedAt)} UTC by ${release.operator}`],
    ['took', took(release)],
    ['previous', previous === undefined ? 'none' : `${previous.id}  ${previous.version}`],
    ['operation', release.operation],
  ];
  const failure = release.failure === undefined ? '' : `\nfailed in ${release.failure.phase}${release.failure.step === undefined ? '' : ` at ${release.failure.step}`}: ${release.failure.message} (${release.failure.code})\n`;
  const phases = Object.entries(release.phases).map(([phase, { status, startedAt, finishedAt }]) => ({ phase, status, took: span(startedAt, finishedAt) }));
  return [
    `${paint.bold(release.id)}\n`,
    ...facts.filter(([, value]) => value !== '').map(([name, value]) => `  ${name.padEnd(12)} ${value}\n`),
    failure,
    `\n${paint.bold('Phases')}\n`,
    ...phases.map((row) => `  ${row.phase.padEnd(13)} ${row.status.padEnd(10)} ${row.took}`.trimEnd() + '\n'),
    ...(changes.length === 0 ? [] : [`\n${paint.bold('Changes')}\n`, indent(table(changes, [
      { title: 'SERVICE', value: (row) => row.service },
      { title: 'CHANGE', value: (row) => row.change },
      { title: 'IMAGE', value: (row) => shortImage(row.image ?? ''), least: 12 },
      { title: 'BEFORE', value: (row) => shortImage(row.before ?? ''), least: 12 },
    ], { width: width - 2 }))]),
    ...(story.story.length === 0 ? [] : [`\n${paint.bold('Story')}\n`, ...story.story.map((entry) => `  ${paint.dim(clock(entry.at))}  ${harmless(entry.text)}${entry.durationMs === undefined ? '' : paint.dim(`  ${duration(entry.durationMs)}`)}\n`)]),
  ].join('');
}

function took(release: ReleaseRecord): string {
  return span(release.startedAt, release.finishedAt);
}

function span(from: string | undefined, to: string | undefined): string {
  return from === undefined || to === undefined ? '' : duration(Date.parse(to) - Date.parse(from));
}

function clock(iso: string): string {
  return /T(\d\d:\d\d:\d\d)/.exec(iso)?.[1] ?? iso;
}

/** `web, worker`: what the release touched. */
function changed(release: ReleaseRecord): string {
  const names = Object.entries(release.changes).filter(([, change]) => change !== 'unchanged' && change !== 'held').map(([service]) => service);
  return names.sort().join(', ');
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
