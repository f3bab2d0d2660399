import { startLoad, type LoadReport } from '@stagecraft-tools/load';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { must, type Point } from '../point.js';
import type { Stage } from '../stage.js';
import { answerOf, onStage, ran, wordService } from './sub-stage.js';

/** Requests a second of each kind. */
const rates = { ci: { fresh: 60, keepAlive: 40 }, full: { fresh: 200, keepAlive: 200 } };

export const proxyUpgrade: readonly Point[] = (['traefik', 'haproxy'] as const).map((provider) => ({
  title: `proxy upgrade of ${provider} under load: no request is lost, over kept connections or new ones`,
  prove: (outer, size) => onStage(outer, provider, (here) => story(here, provider, rates[size])),
}));

async function story(here: Stage, provider: 'traefik' | 'haproxy', rate: { readonly fresh: number; readonly keepAlive: number }): Promise<string> {
  const port = await here.freePort();
  const old = { traefik: 'traefik:v3.7', haproxy: 'haproxy:2.6' }[provider];
  const next = `stagecraft-prove-${provider}:next`;
  const config = (image: string): string => `version: 1\nproject: { name: gate }\nproxy: { provider: ${provider}, listen: { http: ${port} }, providers: { ${provider}: { image: "${image}" } } }\nroutes: [{ service: web, port: 8000 }]\nenvironments:\n  prod: { driver: local }\n`;
  here.owns('gate-prod');
  await here.write({ 'stagecraft.yml': config(old), 'docker-compose.yml': `services:\n${wordService('web', 'one', ['scale: 2'])}`, 'image/Dockerfile': `FROM ${old}\nLABEL stagecraft.prove=next\n` });
  await here.docker(['build', '-q', '-t', next, `${here.folder}/image`]);
  const loads: { readonly from: string; stop(): Promise<LoadReport> }[] = [];
  try {
    await ran(here, 0, 'deploy', '--yes');
    const before = await proxyOf(here, port);
    await here.write({ 'stagecraft.yml': config(next) });
    must((await ran(here, 0, 'proxy', 'status')).stdout.includes('upgrade'), 'proxy status does not tell that an upgrade is due');
    // The engine's own bridge is down where no container is in it.
    const address = await here.docker(['network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', 'gate-prod_default']);
    for (const from of ['127.0.0.1', address]) loads.push({ from, stop: (await startLoad({ url: `http://${from}:${port}/`, ...rate, timeoutMs: 15_000 })).stop });
    const loadBegun = Date.now();
    await wait(2_000);
    const begun = Date.now();
    const upgraded = await ran(here, 0, 'proxy', 'upgrade', '--yes');
    const seconds = ((Date.now() - begun) / 1000).toFixed(1);
    await wait(2_000);
    const reports = await Promise.all(loads.map(async (load) => ({ from: load.from, report: await load.stop() })));
    must(!upgraded.all.includes('no iptables'), 'the host has no iptables: this was a plain restart');
    must((await proxyOf(here, port)) !== before, 'the proxy is the one of before');
    must((await answerOf(`http://127.0.0.1:${port}/`)).text === 'one', 'the new proxy does not route');
    must((await ran(here, 0, 'proxy', 'upgrade', '--yes', '--json')).stdout.includes('"unchanged"'), 'a second upgrade is not unchanged');
    const shown = `${seconds} s; ${reports.map(({ from, report: { byFlow, lostByKind } }) => `from ${from === '127.0.0.1' ? 'loopback' : 'the network'} new connections lost ${byFlow.fresh.lost} of ${byFlow.fresh.sent}, over kept ones ${byFlow['keep-alive'].lost} of ${byFlow['keep-alive'].sent} ${JSON.stringify(lostByKind)}`).join('; ')}`;
    for (const { report } of reports) must(report.lost === 0, `${shown}; lost at ${report.losses.map(({ atMs, kind }) => `${atMs} ms (${kind})`).join(', ')} of the load, begun ${begun - loadBegun} ms into it; ${await journalOf(here, begun)}`);
    return shown;
  } finally {
    await Promise.all(loads.map((load) => load.stop().catch(() => undefined)));
    const [second = ''] = (await here.docker(['ps', '-aq', '--filter', `volume=${here.folder}/host/proxy/files`, '--filter', 'name=-next'])).split('\n');
    if (second !== '') await here.docker(['rm', '-f', second]);
    await here.clear();
    await here.docker(['rmi', '-f', next]);
  }
}

async function proxyOf(here: Stage, port: number): Promise<string> {
  return here.docker(['ps', '-q', '--no-trunc', '--filter', `publish=${port}`]);
}

/** When each step of the upgrade began and ended. */
async function journalOf(here: Stage, begun: number): Promise<string> {
  const lines = (await readFile(join(here.folder, 'host/gate/prod/journal.ndjson'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as { readonly at?: string; readonly type?: string; readonly step?: string });
  return lines.filter(({ step }) => step?.includes('upgrade')).map(({ at = '', type, step }) => `${type} ${step} at ${Date.parse(at) - begun} ms`).join(', ');
}
