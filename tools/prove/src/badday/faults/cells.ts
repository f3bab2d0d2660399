import type { Policy, Proxy } from './application.js';
import type { Cell } from './cell.js';
import { cacheFull, diskFull, engineHung, engineHungFor, engineKilled, engineRestarted, powerCut, proxyFrozen, proxyKilled, proxyRestarted, proxySilent, type Strike } from './strikes.js';

const steps = ['start', 'gate', 'admit', 'retire', 'drain', 'stop'] as const;
const moments = [...steps, 'decision', 'finalize'] as const;
const policies: readonly Policy[] = ['none given', 'always', 'unless-stopped', 'on-failure', 'no'];
const proxies: readonly Proxy[] = ['traefik', 'haproxy'];

/** 0: it went through all the same; 4: returned; 5: to be resumed; 2: an outside part failed before anything was touched. */
const ends = [0, 2, 4, 5];

/** A handful of each kind, in a size for CI: one host, one proxy, one policy. */
export function fewCells(): readonly Cell[] {
  return [
    cell('power cut', 'retire', powerCut, { codes: [137] }),
    cell('engine killed', 'gate', engineKilled(true), {}),
    cell('proxy cannot be asked', 'admit', proxySilent, { codes: [4, 5] }),
    cell('disk full', 'stop', diskFull(0), {}),
  ];
}

/** Every fault at every moment. */
export function allCells(liveRestore: boolean): readonly Cell[] {
  const engine = (more: Partial<Cell>): readonly Cell[] => [
    ...moments.map((moment) => cell('engine killed', moment, engineKilled(liveRestore), more)),
    ...moments.map((moment) => cell('engine restarted', moment, engineRestarted(liveRestore), more)),
  ];
  if (!liveRestore) return engine({});
  return [
    ...policies.flatMap((policy) => moments.map((moment) => cell('power cut', moment, powerCut, { codes: [137], policy, ...(policy === 'no' ? { stays: 'its Compose file says so (restart: no)' } : {}) }))),
    ...engine({}),
    ...moments.map((moment) => cell('engine hung', moment, engineHung, {})),
    ...moments.map((moment) => cell('engine hung for 10 s', moment, engineHungFor(10_000), {})),
    ...['build', ...moments].map((moment) => cell('disk full', moment, diskFull(0), { built: true })),
    ...['build', 'start', 'stop', 'decision'].map((moment) => cell('disk full but for 64 KiB', moment, diskFull(65_536), { built: true })),
    ...['start', 'decision'].map((moment) => cell('cache full', moment, cacheFull, { codes: [0] })),
    ...proxies.flatMap((proxy) => [
      ...(proxy === 'traefik' ? ['admit', 'retire'].map((moment) => cell('proxy cannot be asked', moment, proxySilent, { proxy })) : []),
      ...['admit', 'retire', 'drain'].flatMap((moment) => [cell('proxy killed', moment, proxyKilled, { proxy }), cell('proxy restarted', moment, proxyRestarted, { proxy }), cell('proxy frozen', moment, proxyFrozen, { proxy })]),
      ...(proxy === 'haproxy' ? moments.map((moment) => cell('power cut', moment, powerCut, { codes: [137], proxy })) : []),
    ]),
  ];
}

function cell(fault: string, moment: string, strike: Strike, more: Partial<Cell>): Cell {
  return { fault, moment, strike, proxy: 'traefik', policy: 'none given', codes: ends, ...more };
}
