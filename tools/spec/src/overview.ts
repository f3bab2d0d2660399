import { domains, statuses, type Feature } from './feature.js';

export const overviewFile = 'docs/features/OVERVIEW.md';

/** Text of docs/features/OVERVIEW.md. Pure. */
export function overview(features: readonly Feature[]): string {
  const present = Object.keys(domains).filter((domain) => features.some((feature) => feature.domain === domain));
  return [
    '<!-- Generated from spec/features.yaml by `pnpm check --fix`. Do not edit. -->',
    '# Features',
    '',
    counts(features, present),
    ...present.map((domain) => section(domain, features.filter((feature) => feature.domain === domain))),
    '## What depends on what',
    '',
    'An arrow leads from a feature to what it stands on. `pnpm impact <ID>` lists what stands on one.',
    '',
    graph(features, present),
    '',
  ].join('\n');
}

function counts(features: readonly Feature[], present: readonly string[]): string {
  const row = (name: string, of: readonly Feature[]): string => `| ${name} | ${statuses.map((status) => of.filter((feature) => feature.status === status).length).join(' | ')} | ${of.length} |`;
  return [`| Domain | ${statuses.join(' | ')} | all |`, `|---|${statuses.map(() => '--:|').join('')}--:|`, ...present.map((domain) => row(domains[domain] ?? domain, features.filter((feature) => feature.domain === domain))), row('**All**', features), ''].join('\n');
}

function section(domain: string, features: readonly Feature[]): string {
  const link = (feature: Feature): string => (feature.spec ? `[${feature.id}](../../${feature.spec})` : feature.id);
  const rows = features.map((feature) => `| ${link(feature)} | ${feature.title} | ${feature.status} | ${feature.depends_on.join(', ')} | ${feature.tests.length || ''} |`);
  return [`## ${domains[domain] ?? domain}`, '', '| ID | What | Status | Depends on | Test files |', '|---|---|---|---|--:|', ...rows, ''].join('\n');
}

function graph(features: readonly Feature[], present: readonly string[]): string {
  const groups = present.flatMap((domain) => [`  subgraph ${domain}`, ...features.filter((feature) => feature.domain === domain).map((feature) => `    ${feature.id}:::${feature.status}`), '  end']);
  const arrows = features.flatMap((feature) => feature.depends_on.map((id) => `  ${feature.id} --> ${id}`));
  return ['```mermaid', 'graph LR', ...groups, ...arrows, '  classDef done fill:#d4f4dd,stroke:#2e7d4f,color:#123', '  classDef wip fill:#fff3c4,stroke:#a07d00,color:#321', '  classDef todo fill:#eee,stroke:#999,color:#555', '```'].join('\n');
}
