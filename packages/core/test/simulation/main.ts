import { runPart } from './parts.js';
import { proof } from './proof.js';

/** `--full`, and `--minutes N` for what of it can be done in that time. `--part NAME MS` is one part of it, for the process that asked for it. */
const after = (flag: string, index = 1): string | undefined => (process.argv.includes(flag) ? process.argv[process.argv.indexOf(flag) + index] : undefined);
const part = after('--part');
if (part !== undefined) process.send?.(await runPart(part, Number(after('--part', 2))), () => process.exit(0));
else for (const line of await proof(process.argv.includes('--full') ? 'full' : 'ci', (text) => process.stderr.write(`${text}\n`), Number(after('--minutes') ?? Infinity))) process.stdout.write(`${line}\n`);
