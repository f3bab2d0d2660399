import { compare } from './canonical-json.js';

interface Needs {
  readonly name: string;
  readonly dependsOn: readonly { readonly service: string }[];
}

/** Names in waves: each service stands after all that it depends on, by name within a wave. What stands in a circle comes last, together. */
export function dependencyOrder(services: readonly Needs[]): string[][] {
  const left = new Map(services.map((service) => [service.name, service.dependsOn.map((one) => one.service)]));
  const waves: string[][] = [];
  while (left.size > 0) {
    const ready = [...left].filter(([, needs]) => needs.every((name) => !left.has(name))).map(([name]) => name).sort(compare);
    const wave = ready.length > 0 ? ready : [...left.keys()].sort(compare);
    waves.push(wave);
    for (const name of wave) left.delete(name);
  }
  return waves;
}

/** The first circle of dependencies, as `[a, b, a]`, beginning with its least name; undefined where there is none. */
export function dependencyCircle(services: readonly Needs[]): readonly string[] | undefined {
  const needs = new Map(services.map((service) => [service.name, service.dependsOn.map((one) => one.service).sort(compare)]));
  const done = new Set<string>();
  for (const start of [...needs.keys()].sort(compare)) {
    const path: { readonly name: string; readonly rest: string[] }[] = [];
    const enter = (name: string): void => void path.push({ name, rest: [...(needs.get(name) ?? [])] });
    if (!done.has(start)) enter(start);
    // A stack of our own: a chain may be as long as the file.
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.shift();
      const at = path.findIndex((step) => step.name === next);
      if (next === undefined) {
        done.add(top.name);
        path.pop();
      } else if (at >= 0) return rotated(path.slice(at).map((step) => step.name));
      else if (!done.has(next) && needs.has(next)) enter(next);
    }
  }
  return undefined;
}

function rotated(names: readonly string[]): readonly string[] {
  const least = names.indexOf([...names].sort(compare)[0] as string);
  const turned = [...names.slice(least), ...names.slice(0, least)];
  return [...turned, turned[0] as string];
}
