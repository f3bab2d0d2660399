import type { Paint, Signs } from './paint.js';
import type { PhaseProgress, Progress, StepProgress } from './progress.js';
import { duration, fit, harmless, plural, widthOf } from './text.js';

export interface TreeOptions {
  readonly now: number;
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
  readonly signs: Signs;
}

/**
 * The progress as lines: phases, in the running one hosts and services, under a running step what it waits for and its last output. What is done
 * takes one line. Where the terminal is too low, what is done goes first.
 */
export function treeLines(progress: Progress, options: TreeOptions): string[] {
  const blocks = progress.phases.flatMap((phase) => phaseLines(phase, options));
  const head = progress.operation === undefined ? [] : [{ text: headOf(progress, options), rank: 0 }];
  const lines = [...head, ...blocks];
  const room = Math.max(3, options.height - 1);
  return (lines.length <= room ? lines : thinned(lines, room)).map((line) => line.text);
}

/** A line and how much it matters: 0 always shown, then running, then done. */
interface Line {
  readonly text: string;
  readonly rank: number;
}

function headOf(progress: Progress, options: TreeOptions): string {
  const { operation, ended, total, done } = progress;
  if (operation === undefined) return '';
  const time = duration(ended?.durationMs ?? options.now - operation.startedAt);
  const count = total === 0 || ended !== undefined ? '' : `  ${done}/${total}`;
  const tail = `  ${time}${count}${ended === undefined ? '' : `  ${ended.outcome}`}`;
  return `${options.paint.bold(fit(operation.text, options.width - widthOf(tail), options.signs.cut))}${options.paint.dim(tail)}`;
}

function phaseLines(phase: PhaseProgress, options: TreeOptions): Line[] {
  const own = options.now - phase.startedAt;
  const time = duration((phase.endedAt ?? options.now) - phase.startedAt);
  const running = phase.status === 'running';
  const count = phase.steps.length === 0 ? '' : `  ${plural(phase.steps.length, 'step')}`;
  const tail = phase.status === 'skipped' ? '  skipped' : running ? `  ${duration(own)}` : `${count}  ${time}`;
  const line = { text: `${signOf(phase.status, options)} ${phase.phase.padEnd(12)}${options.paint.dim(tail)}`.trimEnd(), rank: running ? 0 : 1 };
  const inside = running || phase.status === 'failed' ? groups(phase.steps).flatMap((group) => groupLines(group, options)) : [];
  return phase.phase === '' ? groups(phase.steps).flatMap((group) => groupLines(group, options)) : [line, ...inside];
}

interface Group {
  readonly host: string;
  readonly service: string;
  readonly steps: readonly StepProgress[];
}

/** Steps of one service on one host, in order of the first step. */
function groups(steps: readonly StepProgress[]): Group[] {
  const found = new Map<string, StepProgress[]>();
  for (const step of steps) {
    const key = `${step.host}\0${step.service}`;
    const list = found.get(key) ?? [];
    found.set(key, [...list, step]);
  }
  return [...found.values()].map((list) => ({ host: list[0]?.host ?? '', service: list[0]?.service ?? '', steps: list }));
}

function groupLines(group: Group, options: TreeOptions): Line[] {
  const { paint, signs, width } = options;
  const name = [group.host, group.service].filter((part) => part !== '').join('/') || group.steps[0]?.id || '';
  const active = group.steps.filter((step) => step.status === 'running' || step.status === 'undoing');
  const bad = group.steps.filter((step) => step.status === 'failed' || step.status === 'undone');
  const shown = active.length > 0 ? active : bad.slice(-1);
  if (shown.length === 0) {
    const time = duration(group.steps.reduce((sum, step) => sum + step.durationMs, 0));
    const skipped = group.steps.every((step) => step.status === 'skipped');
    const verbs = fit(group.steps.map((step) => verbOf(step)).join(', '), Math.max(8, width - widthOf(name) - 16), signs.cut);
    return [{ text: `    ${signOf(skipped ? 'skipped' : 'completed', options)} ${name}  ${paint.dim(`${verbs}  ${time}`)}`, rank: 2 }];
  }
  return shown.flatMap((step) => stepLines(step, name, options));
}

function stepLines(step: StepProgress, name: string, options: TreeOptions): Line[] {
  const { paint, signs, width } = options;
  const running = step.status === 'running' || step.status === 'undoing';
  const time = duration(running ? options.now - step.startedAt : step.durationMs);
  const verb = step.status === 'undoing' ? `taking back ${verbOf(step)}` : verbOf(step);
  const says = step.waitingFor === undefined || !running ? step.why : `waiting for ${step.waitingFor}`;
  const used = 6 + widthOf(name) + 2 + widthOf(verb) + 2 + widthOf(time) + 2;
  const text = fit(harmless(says), Math.max(0, width - used - 1), signs.cut);
  const line = `    ${signOf(step.status, options)} ${name}  ${verb}  ${paint.dim([text, time].filter((part) => part !== '').join('  '))}`;
  const output = running || step.status === 'failed' ? step.output : [];
  return [{ text: line, rank: 0 }, ...output.map((entry) => ({ text: `      ${paint.dim(`${signs.bar} ${fit(harmless(entry), width - 9, signs.cut)}`)}`, rank: 1 }))];
}

/** `start` of `container.start`. */
function verbOf(step: StepProgress): string {
  return step.action.split('.').at(-1) ?? step.action;
}

function signOf(status: string, { paint, signs, now }: TreeOptions): string {
  switch (status) {
    case 'completed':
      return paint.green(signs.done);
    case 'failed':
      return paint.red(signs.failed);
    case 'skipped':
      return paint.dim(signs.skipped);
    case 'undone':
      return paint.yellow(signs.undone);
    default:
      return paint.cyan(signs.spinner[Math.floor(now / 100) % signs.spinner.length] ?? signs.open);
  }
}

/** Leaves out what matters least, then what is furthest from the end, and says how much. */
function thinned(lines: readonly Line[], room: number): Line[] {
  const order = lines.map((line, at) => ({ at, rank: line.rank })).sort((a, b) => b.rank - a.rank || a.at - b.at);
  const gone = new Set(order.slice(0, lines.length - room + 1).map((entry) => entry.at));
  const kept = lines.filter((_, at) => !gone.has(at));
  return [...kept.slice(0, 1), { text: `  (${gone.size} more lines)`, rank: 0 }, ...kept.slice(1)];
}
