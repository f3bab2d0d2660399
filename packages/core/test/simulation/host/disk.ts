import { Durable } from './durable.js';
import type { Inode, OpenFile } from './inode.js';
import { mix, parentOf, printOf } from './prints.js';

/** Called after each change with what the path held before and holds now; undefined where there is nothing. */
export type Watcher = (path: string, before: string | undefined, now: string | undefined) => void;

/** Files of one host in memory, with flock. */
export class Disk {
  watch: Watcher = () => undefined;
  private nodes: Map<string, Inode>;
  private durable: Durable;
  /** Over names and contents, kept up with each change. */
  private here = 0;
  private readonly locks = new Map<Inode, OpenFile>();

  constructor(from?: Disk) {
    const copies = new Map<Inode, Inode>();
    const copyOf = (node: Inode): Inode => {
      const copy = copies.get(node) ?? { ...node, links: 0 };
      copies.set(node, copy);
      return copy;
    };
    this.nodes = new Map();
    this.durable = new Durable();
    for (const [path, node] of from?.nodes ?? [['/', folderNode(0o755)] as const]) this.link(path, copyOf(node));
    if (from) this.durable = from.durable.copy(copyOf);
    else this.flush();
  }

  copy(): Disk {
    return new Disk(this);
  }

  /** Over everything that lies here, and what of it is safe. */
  get print(): number {
    return this.here ^ this.durable.print;
  }

  /** All that lies here is safe. */
  flush(): void {
    this.durable = new Durable(this.nodes, new Map([...this.nodes.values()].map((node) => [node, { text: node.text, print: node.print }])));
  }

  /** fsync. */
  sync(path: string): void {
    const node = this.nodes.get(path);
    if (node) this.durable.sync(path, node, (name) => this.nodes.get(name));
  }

  /** Whether a sync of it does anything. */
  isUnsafe(path: string): boolean {
    const node = this.nodes.get(path);
    return node !== undefined && this.durable.isUnsafe(path, node);
  }

  /** In which ways a power cut may lose what was not synced. */
  losses(): readonly string[] {
    return this.durable.losses();
  }

  /** The power fails, and this is lost. @param how one of `losses`. */
  lose(how: string): void {
    const { durable } = this;
    const left = durable.left(this.nodes, how);
    for (const node of new Set(left.values())) {
      const text = durable.textLeft(node, how);
      if (text !== node.text) node.print = mix(13, printOf(text));
      node.text = text;
      node.links = 0;
    }
    this.nodes = new Map();
    this.here = 0;
    for (const [path, node] of left) this.link(path, node);
    this.flush();
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

  /** Also of a folder, with all that is in it, where nothing is. */
  rename(from: string, to: string): boolean {
    const node = this.nodes.get(from);
    const there = this.nodes.get(to);
    if (!node || !this.nodes.get(parentOf(to))?.folder) return false;
    // Two names of one file: there is nothing to do.
    if (there === node) return true;
    for (const inside of node.folder ? [from, ...this.below(from)] : [from]) {
      const moved = this.nodes.get(inside);
      if (!moved) continue;
      this.unlink(`${to}${inside.slice(from.length)}`);
      this.link(`${to}${inside.slice(from.length)}`, moved);
      this.unlink(inside);
    }
    if (node.folder) return true;
    this.watch(from, node.text, undefined);
    this.watch(to, there?.text, node.text);
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
    for (const name of names) this.here ^= entryPrint(name, node);
    node.text = text;
    node.print = print;
    for (const name of names) this.here ^= entryPrint(name, node);
    this.durable.wrote(path, node);
    this.watch(path, before, text);
  }

  private link(path: string, node: Inode): void {
    this.nodes.set(path, node);
    node.links += 1;
    this.here ^= entryPrint(path, node);
    this.durable.named(path, node);
  }

  private unlink(path: string): void {
    const node = this.nodes.get(path);
    if (!node) return;
    this.here ^= entryPrint(path, node);
    this.nodes.delete(path);
    node.links -= 1;
    this.durable.named(path, undefined);
    if (node.links === 0) this.durable.gone(node);
  }
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
