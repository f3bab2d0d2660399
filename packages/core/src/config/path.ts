export type Path = readonly (string | number)[];

/** `services.api.replicas`, `routes[0].port`; a name with other characters is quoted: `services["a b"]`. */
export function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^(?:[A-Za-z_@/][\w@/-]*|\*)$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** The value at a path in plain data; undefined where there is none. */
export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

/** Sets a value, making the maps on its way. */
export function put(data: Record<string, unknown>, path: Path, value: unknown): void {
  let at: Record<string | number, unknown> = data;
  for (const part of path.slice(0, -1)) {
    const next = at[part];
    if (typeof next === 'object' && next !== null) at = next as Record<string, unknown>;
    else at = (at[part] = {}) as Record<string, unknown>;
  }
  at[path.at(-1) as string | number] = value;
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
