import { createHash } from 'node:crypto';
import type { ProxyPlace, ProxyProvider } from '../plugin-api/proxy.js';
import type { Maintenance, RouteTable } from '../plugin-api/route.js';
import { changeScript, putForProxy, putFunction } from './proxy-files.js';

/** Bytes that a page may have: HAProxy answers it from one buffer of 16 KiB, with the headers. */
export const largestPage = 12 * 1024;

/** What is answered where no page is named. */
export const defaultPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Down for maintenance</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}</style>
<h1>Down for maintenance</h1>
<p>We are working on it and will be back soon. Please try again in a moment.</p>
</html>
`;

/** The table with all its requests answered by the page. */
export function closed(table: RouteTable, page: string, about: Pick<Maintenance, 'retryAfter' | 'since' | 'by'>): RouteTable {
  return { ...table, maintenance: { page: pageOf(table), digest: createHash('sha256').update(page).digest('hex'), ...about } };
}

/** The table with its requests led to containers again. */
export function opened({ maintenance: _, ...table }: RouteTable): RouteTable {
  return table;
}

/**
 * sh that brings maintenance, or its end, to the host's proxy; it may be repeated. The page is there before anything names it, and stays behind: a proxy that
 * starts at any moment finds what its files name.
 */
export function maintenanceScript(proxy: { readonly provider: ProxyProvider; readonly config: unknown; readonly place: ProxyPlace }, from: RouteTable, to: RouteTable, page?: string): string {
  const { provider, config, place } = proxy;
  return ['proxy_lock', putFunction, ...(page !== undefined && to.maintenance ? [putForProxy({ path: to.maintenance.page, content: page })] : []), changeScript(provider.change(config, place, from, to), provider.id, to)].join('\n');
}

// Project and environment are identifiers: nothing in them needs quoting.
function pageOf({ project, environment }: RouteTable): string {
  return `maintenance/${project}-${environment}.html`;
}
