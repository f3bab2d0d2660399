import { commandLine, quote } from '../hosts/quote.js';
import type { ProxyChange, ProxyFile } from '../plugin-api/proxy.js';
import type { RouteTable } from '../plugin-api/route.js';

/** The host's folder for its proxy, in a script. `files/` below it is what the proxy's container sees. */
export const proxyFolder = '"$STAGECRAFT_ROOT"/proxy';

/** The sh function `put PATH [all]`: makes stdin the file at once, safe with the folders that were made for it; with `all`, everybody may read it, as the proxy's user in its container. */
export const putFunction = `put() {
  folder=$(dirname "$1")
  new=$folder/.$(basename "$1").new
  mkdir -p "$folder"
  cat >"$new"
  [ $# -lt 2 ] || chmod a+rx "$folder"
  [ $# -lt 2 ] || chmod a+r "$new"
  sync "$new" 2>/dev/null || sync
  mv -f "$new" "$1"
  sync "$folder" "$folder/.." "$folder/../.." 2>/dev/null || sync
}`;

/** sh that puts a file where the proxy sees it. Users' texts enter it quoted alone. `filter`: a command on the way. */
export function putForProxy(file: ProxyFile, filter = ''): string {
  return `printf '%s' ${quote(file.content)} |${filter === '' ? '' : ` ${filter} |`} put ${proxyFolder}/files/${quote(file.path)} all`;
}

/** The same for a file of the proxy's folder that only the host's users see. */
export function putForHost(file: ProxyFile, filter = ''): string {
  return `printf '%s' ${quote(file.content)} |${filter === '' ? '' : ` ${filter} |`} put ${proxyFolder}/${quote(file.path)}`;
}

/**
 * sh that brings a provider's change to the host: files first, each at once, then the table as data, then the commands, in the proxy's folder.
 * It expects to hold the proxy's lock.
 */
export function changeScript(change: ProxyChange, provider: string, table: RouteTable): string {
  return [
    putFunction,
    ...change.files.map((file) => putForProxy(file)),
    ...(change.remove.length > 0 ? [`rm -f ${change.remove.map((path) => `${proxyFolder}/files/${quote(path)}`).join(' ')}`] : []),
    saveTable(table, provider),
    ...(change.run.length > 0 ? [`cd ${proxyFolder}/files`] : []),
    ...change.run.map(({ argv, stdin }) => `${stdin === undefined ? '' : `printf '%s' ${quote(stdin)} | `}timeout -k 5 60 ${commandLine(argv)}`),
  ].join('\n');
}

/** `<root>/proxy/tables/<project>-<environment>.json`, relative to the proxy's folder. */
export function tableFile(owner: Pick<RouteTable, 'project' | 'environment'>): string {
  return `tables/${owner.project}-${owner.environment}.json`;
}

function saveTable(table: RouteTable, provider: string): string {
  const path = tableFile(table);
  if (table.routes.length === 0) return `rm -f ${proxyFolder}/${quote(path)}`;
  const { project, environment, routes, targets, maintenance } = table;
  return putForHost({ path, content: `${JSON.stringify({ project, environment, provider, routes, targets, ...(maintenance ? { maintenance } : {}) }, undefined, 2)}\n` });
}
