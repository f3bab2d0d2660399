/** A file's content, by whatever names it has. */
export interface Inode {
  text: string;
  /** Chained over what was written: equal histories have equal prints. */
  print: number;
  mode: number;
  readonly folder: boolean;
  /** Under how many names it lies. */
  links: number;
}

/** An open file description: children share it, and a flock belongs to it. */
export interface OpenFile {
  readonly path: string;
  readonly node: Inode;
  readonly append: boolean;
  /** The process that opened it. */
  readonly by: number;
  at: number;
  /** Descriptors that lead to it. */
  uses: number;
}

/** Called after each change with what the path held before and holds now; undefined where there is nothing. */
export type Watcher = (path: string, before: string | undefined, now: string | undefined) => void;

/** Files of one host in memory, with flock. */
export class Disk {
  /** Over everything that lies here, kept up with each change. */
  print = 0;
  watch: Watcher = () => undefined;
  private readonly nodes: Map<string, Inode>;
  private readonly locks = new Map<Inode, OpenFile>();

  constructor(nodes: ReadonlyMap<string, Inode> = new Map([['/', folderNode(0o755)]])) {
    const copies = new Map<Inode, Inode>();
    this.nodes = new Map();
    for (const [path, node] of nodes) {
      const copy = copies.get(node) ?? { ...node, links: 0 };
      copies.set(node, copy);
      this.link(path, copy);
    }
  }

  copy(): Disk {
    return new Disk(this.nodes);
  }

  find(path: string): Inode | undefined {
    return this.nodes.get(path);
  }

  read(path: string): string | undefined {
    const node = this.nodes.get(path);
    return node?.folder === false ? node.text : undefined;
  }

  list(folder: string): readonly string[] {
    const prefix = folder === '/' ? '/' : `${folder}/`;
    return [...this.nodes.keys()].filter((path) => path.startsWith(prefix) && path !== folder && !path.includes('/', prefix.length)).map((path) => path.slice(prefix.length)).sort();
  }

  /** Every path below, sorted. */
  below(folder: string): readonly string[] {
    return [...this.nodes.keys()].filter((path) => path.startsWith(`${folder}/`)).sort();
  }

  /** @returns false where the folder above is missing, or something is there. */
  makeFolder(path: string, mode = 0o700): boolean {
    if (this.nodes.has(path) || !this.nodes.get(parentOf(path))?.folder) return false;
    this.link(path, folderNode(mode));
    return true;
  }

  open(path: string, how: '<' | '>' | '>>', by: number, mode = 0o600): OpenFile | undefined {
    let node = this.nodes.get(path);
    if (node?.folder || (how !== '<' && !this.nodes.get(parentOf(path))?.folder)) return undefined;
    if (node === undefined) {
      if (how === '<') return undefined;
      node = { text: '', print: 7, mode, folder: false, links: 0 };
      this.link(path, node);
      this.watch(path, undefined, '');
    } else if (how === '>' && node.text !== '') this.setText(path, node, '', 7);
    return { path, node, append: how === '>>', by, at: 0, uses: 1 };
  }

  write(file: OpenFile, text: string): void {
    const { node } = file;
    const at = file.append ? node.text.length : file.at;
    file.at = at + text.length;
    // Somebody else wrote or emptied it meanwhile.
    if (at !== node.text.length) return this.setText(file.path, node, `${node.text.slice(0, at).padEnd(at, '\0')}${text}${node.text.slice(at + text.length)}`, mix(mix(node.print, at), printOf(text)));
    this.setText(file.path, node, node.text + text, mix(node.print, printOf(text)));
  }

  truncate(path: string, length: number): boolean {
    const node = this.nodes.get(path);
    if (!node || node.folder) return false;
    const text = Buffer.from(node.text).subarray(0, length).toString().padEnd(length, '\0');
    this.setText(path, node, text, mix(11, printOf(text)));
    return true;
  }

  rename(from: string, to: string): boolean {
    const node = this.nodes.get(from);
    if (!node || node.folder || this.nodes.get(to)?.folder || !this.nodes.get(parentOf(to))?.folder) return false;
    // Two names of one file: there is nothing to do.
    if (this.nodes.get(to) === node) return true;
    const before = this.nodes.get(to)?.text;
    this.unlink(to);
    this.unlink(from);
    this.link(to, node);
    this.watch(from, node.text, undefined);
    this.watch(to, before, node.text);
    return true;
  }

  hardLink(from: string, to: string): boolean {
    const node = this.nodes.get(from);
    if (!node || node.folder || this.nodes.has(to) || !this.nodes.get(parentOf(to))?.folder) return false;
    this.link(to, node);
    this.watch(to, undefined, node.text);
    return true;
  }

  remove(path: string): boolean {
    const node = this.nodes.get(path);
    if (!node) return false;
    for (const inside of node.folder ? this.below(path) : []) this.unlink(inside);
    this.unlink(path);
    this.watch(path, node.folder ? undefined : node.text, undefined);
    return true;
  }

  lockFree(file: OpenFile): boolean {
    const holder = this.locks.get(file.node);
    return holder === undefined || holder === file;
  }

  lock(file: OpenFile): void {
    this.locks.set(file.node, file);
  }

  /** Whether anybody holds the flock of the file that lies there. */
  locked(path: string): boolean {
    const node = this.nodes.get(path);
    return node !== undefined && this.locks.has(node);
  }

  /** The process is dead, and with it every description that it made. */
  unlockAll(by: number): void {
    for (const [node, file] of this.locks) if (file.by === by) this.locks.delete(node);
  }

  close(file: OpenFile): void {
    file.uses -= 1;
    if (file.uses === 0 && this.locks.get(file.node) === file) this.locks.delete(file.node);
  }

  private setText(path: string, node: Inode, text: string, print: number): void {
    const before = node.text;
    const names = node.links === 1 && this.nodes.get(path) === node ? [path] : [...this.nodes].filter(([, other]) => other === node).map(([name]) => name);
    for (const name of names) this.print ^= entryPrint(name, node);
    node.text = text;
    node.print = print;
    for (const name of names) this.print ^= entryPrint(name, node);
    this.watch(path, before, text);
  }

  private link(path: string, node: Inode): void {
    this.nodes.set(path, node);
    node.links += 1;
    this.print ^= entryPrint(path, node);
  }

  private unlink(path: string): void {
    const node = this.nodes.get(path);
    if (!node) return;
    this.print ^= entryPrint(path, node);
    this.nodes.delete(path);
    node.links -= 1;
  }
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** FNV-1a, 32 bits. */
export function printOf(text: string): number {
  let print = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) print = Math.imul(print ^ text.charCodeAt(index), 0x01000193);
  return print | 0;
}

export function mix(a: number, b: number): number {
  let print = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ b;
  print = Math.imul(print ^ (print >>> 15), 0xc2b2ae35);
  return (print ^ (print >>> 13)) | 0;
}

const pathPrints = new Map<string, number>();

function entryPrint(path: string, node: Inode): number {
  let print = pathPrints.get(path);
  if (print === undefined) {
    if (pathPrints.size > 20_000) pathPrints.clear();
    pathPrints.set(path, (print = printOf(path)));
  }
  return mix(print, node.print);
}

function folderNode(mode: number): Inode {
  return { text: '', print: 1, mode, folder: true, links: 0 };
}
