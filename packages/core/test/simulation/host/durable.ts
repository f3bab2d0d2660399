import type { Inode } from './inode.js';
import { mix, parentOf, printOf } from './prints.js';

/** What of a disk outlives a power cut: what was synced, and nothing else. The kernel writes nothing by itself: whatever may get lost can get lost. */
export class Durable {
  /** Over what is not safe yet. */
  print = 0;
  private readonly names: Map<string, Inode>;
  private readonly texts: Map<Inode, { readonly text: string; readonly print: number }>;
  /** Names that are others on the disk, and contents that are; each with its print. */
  private readonly unsafeNames = new Map<string, number>();
  private readonly unsafeTexts = new Map<Inode, { readonly path: string; readonly print: number }>();

  constructor(names: ReadonlyMap<string, Inode> = new Map(), texts: ReadonlyMap<Inode, { readonly text: string; readonly print: number }> = new Map()) {
    this.names = new Map(names);
    this.texts = new Map(texts);
  }

  /** The same of a disk whose files are these copies. */
  copy(copyOf: (node: Inode) => Inode): Durable {
    const copy = new Durable(new Map([...this.names].map(([path, node]) => [path, copyOf(node)])), new Map([...this.texts].map(([node, text]) => [copyOf(node), text])));
    for (const [path, print] of this.unsafeNames) copy.unsafeNames.set(path, print);
    for (const [node, unsafe] of this.unsafeTexts) copy.unsafeTexts.set(copyOf(node), unsafe);
    copy.print = this.print;
    return copy;
  }

  named(path: string, node: Inode | undefined): void {
    if (passing(path)) return;
    this.safeName(path);
    const safe = this.names.get(path);
    if (safe === node) return;
    const print = mix(printOf(path), mix(safe?.print ?? 0, 77));
    this.unsafeNames.set(path, print);
    this.print ^= print;
  }

  wrote(path: string, node: Inode): void {
    // What is written under another name is given its own later.
    if (path.includes('/runs/') || lockFile.test(path)) return;
    this.safeText(node);
    const safe = this.texts.get(node);
    if (node.folder || safe?.text === node.text) return;
    const print = mix(printOf(path), mix(safe?.print ?? 0, 78));
    this.unsafeTexts.set(node, { path, print });
    this.print ^= print;
  }

  /** It has no name any more. */
  gone(node: Inode): void {
    if (this.unsafeTexts.has(node) && ![...this.names.values()].includes(node)) this.safeText(node);
  }

  /** fsync of a file or a folder: its content; of a folder that is the names in it. @param at what a path names now. */
  sync(path: string, node: Inode, at: (path: string) => Inode | undefined): void {
    if (!node.folder) {
      this.safeText(node);
      this.texts.set(node, { text: node.text, print: node.print });
      return;
    }
    for (const name of [...this.unsafeNames.keys()].filter((one) => parentOf(one) === path)) {
      const found = at(name);
      if (found) this.names.set(name, found);
      else this.names.delete(name);
      this.safeName(name);
    }
  }

  /** Whether a sync of it would change what is safe. */
  isUnsafe(path: string, node: Inode): boolean {
    return node.folder ? [...this.unsafeNames.keys()].some((one) => parentOf(one) === path) : this.unsafeTexts.has(node);
  }

  /** In which ways a power cut may lose what is not safe, beside losing nothing. */
  losses(): readonly string[] {
    const names = [...this.unsafeNames.keys()].sort();
    const texts = this.unsafeTexts.size > 0;
    if (names.length === 0 && !texts) return [];
    return ['all', ...(texts ? ['contents', 'torn'] : []), ...(texts && names.length > 0 ? ['names'] : []), ...(names.length > 1 ? names.slice(0, 6).map((name) => `name:${name}`) : [])];
  }

  /** What a power cut leaves of the disk. @param how one of `losses`. */
  left(nodes: ReadonlyMap<string, Inode>, how: string): ReadonlyMap<string, Inode> {
    const kept = new Map(nodes);
    const lost = how === 'all' || how === 'names' ? [...this.unsafeNames.keys()] : how.startsWith('name:') ? [how.slice(5)] : [];
    if (how === 'all') for (const path of nodes.keys()) if (passing(path) && !this.names.has(path)) kept.delete(path);
    for (const path of lost) {
      const safe = this.names.get(path);
      if (safe) kept.set(path, safe);
      else kept.delete(path);
    }
    // A folder that is gone takes with it what lies in it.
    for (const path of [...kept.keys()].sort()) if (path !== '/' && !kept.get(parentOf(path))?.folder) kept.delete(path);
    return kept;
  }

  /** What is left of a content. */
  textLeft(node: Inode, how: string): string {
    const safe = this.texts.get(node)?.text ?? '';
    if (!this.unsafeTexts.has(node) || how === 'names' || how.startsWith('name:')) return node.text;
    if (how !== 'torn') return safe;
    const grown = node.text.startsWith(safe) ? safe.length : 0;
    return node.text.slice(0, grown + Math.floor((node.text.length - grown) / 2));
  }

  private safeName(path: string): void {
    this.print ^= this.unsafeNames.get(path) ?? 0;
    this.unsafeNames.delete(path);
  }

  private safeText(node: Inode): void {
    this.print ^= this.unsafeTexts.get(node)?.print ?? 0;
    this.unsafeTexts.delete(node);
  }
}

const lockFile = /\/(step\.lock|lock\.mutex|proxy\/lock)$/;

/** Names that nobody counts on after a boot: what a script writes for itself, and what locks are taken on. Where all is lost, they are too. */
function passing(path: string): boolean {
  return path.endsWith('.stagecraft-temp') || /\/\.[^/]+\.new$/.test(path) || path.includes('/runs/') || lockFile.test(path);
}
