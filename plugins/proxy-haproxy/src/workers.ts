/** A server line of a backend: a place for one container. */
export interface Slot {
  readonly backend: string;
  readonly server: string;
  /** Name by which the container is resolved. */
  readonly name: string;
  readonly port: number;
  /** `-`: the name has no address. */
  readonly address: string;
  readonly operational: number;
  readonly admin: number;
  /** Requests that are open on it. */
  readonly open: number;
}

/** A process of HAProxy with what it has loaded. */
export interface Worker {
  readonly pid: number;
  readonly backends: readonly string[];
  readonly slots: readonly Slot[];
}

/** Reads what `readScript` tells; the worker that takes new connections is the first. */
export function parseWorkers(text: string): readonly Worker[] {
  return text
    .split(/^worker (?=\d+$)/m)
    .slice(1)
    .map((part) => {
      const [pid = '', ...lines] = part.split('\n');
      const open = openByServer(lines);
      return { pid: Number(pid), backends: backendsOf(lines), slots: lines.flatMap((line) => slotOf(line, open)) };
    });
}

// Columns by the management guide: "show servers state", version 1, and "show stat": pxname,svname,qcur,qmax,scur.
function slotOf(line: string, open: ReadonlyMap<string, number>): Slot[] {
  const columns = line.split(' ');
  const [, backend = '', , server = '', address = '-', operational, admin] = columns;
  const name = columns[17];
  if (!/^\d+ /.test(line) || name === undefined) return [];
  return [{ backend, server, name, port: Number(columns[18]), address, operational: Number(operational), admin: Number(admin), open: open.get(`${backend},${server}`) ?? 0 }];
}

function openByServer(lines: readonly string[]): Map<string, number> {
  return new Map(lines.flatMap((line) => {
    const [backend, server, , , open] = line.split(',');
    return backend && server && open !== undefined && /^\d+$/.test(open) ? [[`${backend},${server}`, Number(open)] as const] : [];
  }));
}

function backendsOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [name, kind] = line.split(',');
    return kind === 'BACKEND' && name ? [name] : [];
  });
}
