import type { DesiredService } from '../compose/model.js';

/** Services in dependency order: each after everything that it depends on, else by name. A cycle, which Compose refuses, is cut where it closes. */
export function dependencyOrder(services: readonly DesiredService[]): readonly DesiredService[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const done = new Set<string>();
  const ordered: DesiredService[] = [];
  // An explicit stack: a chain of a thousand services is no reason to run out of the engine's.
  const visit = (root: DesiredService): void => {
    const stack: { readonly service: DesiredService; readonly left: string[] }[] = [{ service: root, left: dependencies(root) }];
    done.add(root.name);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.left.shift();
      if (next === undefined) {
        ordered.push(top.service);
        stack.pop();
        continue;
      }
      const service = byName.get(next);
      if (!service || done.has(next)) continue;
      done.add(next);
      stack.push({ service, left: dependencies(service) });
    }
  };
  for (const name of [...byName.keys()].sort()) {
    const service = byName.get(name);
    if (service && !done.has(name)) visit(service);
  }
  return ordered;
}

function dependencies(service: DesiredService): string[] {
  return [...new Set(service.dependsOn.map((dependency) => dependency.service))].sort();
}
