import type { Problem } from '../tree.js';

const states = /^(proposed|accepted|superseded by \d{4})$/;

/** Records are numbered once each, titled by their number, and say their status. */
export function adrProblems(adrs: Readonly<Record<string, string>>): readonly Problem[] {
  const seen = new Map<string, string>();
  return Object.keys(adrs).sort().flatMap((where) => {
    const name = where.split('/').at(-1) ?? '';
    if (name === 'template.md') return [];
    const [, number] = /^(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.md$/.exec(name) ?? [];
    if (number === undefined) return [{ where, message: 'an ADR is named NNNN-short-title.md' }];
    const text = adrs[where] ?? '';
    const problems: Problem[] = [];
    const twin = seen.get(number);
    if (twin) problems.push({ where, message: `${number} is the number of ${twin} too` });
    seen.set(number, where);
    if (!text.startsWith(`# ${number}. `)) problems.push({ where, message: `its first line must be "# ${number}. Title"` });
    const status = /^Status: (.*)$/m.exec(text)?.[1];
    if (status === undefined || !states.test(status)) problems.push({ where, message: 'a line "Status: proposed | accepted | superseded by NNNN" is missing' });
    return problems;
  });
}
