import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

// pnpm new:adr "Title of the decision": the next record, from the template.
const title = process.argv.slice(2).join(' ').trim();
const slug = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
if (slug === '') {
  console.error('usage: pnpm new:adr Title of the decision');
  process.exit(1);
}
const folder = new URL('../../../spec/adr/', import.meta.url);
const last = Math.max(0, ...readdirSync(folder).map((name) => Number(/^(\d{4})-/.exec(name)?.[1] ?? 0)));
const number = String(last + 1).padStart(4, '0');
const name = `${number}-${slug}.md`;
writeFileSync(new URL(name, folder), readFileSync(new URL('template.md', folder), 'utf8').replace('NNNN', number).replace('TITLE', title), { flag: 'wx' });
console.log(`spec/adr/${name}`);
