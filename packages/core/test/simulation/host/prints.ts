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

export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
