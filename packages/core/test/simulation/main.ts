import { proof, runPart } from './proof.js';

const part = process.argv.indexOf('--part');
if (part > 0) process.send?.(await runPart(process.argv[part + 1] ?? ''), () => process.exit(0));
else for (const line of await proof(process.argv.includes('--full') ? 'full' : 'ci', (text) => process.stderr.write(`${text}\n`))) process.stdout.write(`${line}\n`);
