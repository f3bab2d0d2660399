import { parseArgs } from 'node:util';
import { startLoad } from './start.js';
import { reportLines } from './text.js';

const USAGE = `pnpm load URL [--rate 200] [--seconds 10] [--keep-alive 0.5] [--slow-path /slow --slow-rate 2] [--json]

Sends requests to this machine or a container on it, and counts those that are lost.
--rate        requests a second
--keep-alive  share of them on connections that stay open
--slow-path   a path that takes long, --slow-rate times a second in addition
Exit code 1 when a request was lost.`;

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`load: ${(error as Error).message}\n`);
  return 2;
});

async function main(args: string[]): Promise<number> {
  const text = (value: string): { type: 'string'; default: string } => ({ type: 'string', default: value });
  const { values, positionals } = parseArgs({
    args: args[0] === '--' ? args.slice(1) : args,
    allowPositionals: true,
    options: { rate: text('200'), seconds: text('10'), 'keep-alive': text('0.5'), 'slow-path': { type: 'string' }, 'slow-rate': text('2'), json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  const [url] = positionals;
  if (values.help || url === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return values.help ? 0 : 2;
  }
  const kept = Number(values.rate) * Number(values['keep-alive']);
  const path = values['slow-path'];
  const load = await startLoad({ url, fresh: Number(values.rate) - kept, keepAlive: kept, seconds: Number(values.seconds), ...(path === undefined ? {} : { slow: { path, rate: Number(values['slow-rate']) } }) });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void load.stop().catch(() => undefined));
  const report = await load.ended;
  process.stdout.write(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : `${reportLines(report).join('\n')}\n`);
  return report.lost === 0 ? 0 : 1;
}
