import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Desired } from '../../src/compose/model.js';
import type { HostObservation, Observation } from '../../src/observe/types.js';
import { draft } from '../../src/plan/draft.js';
import { renderPlanJson } from '../../src/plan/render-json.js';
import { renderPlanMermaid } from '../../src/plan/render-mermaid.js';
import { renderPlanText } from '../../src/plan/render-text.js';
import type { SealedPlan, Step } from '../../src/plan/types.js';
import type { Route } from '../../src/plugin-api/route.js';
import { ruleKey, sameTable } from '../../src/routes/table.js';
import { strategyOf } from '../../src/rollout/verdict.js';
import { environments, successions, troubled, troubles } from './arbitrary.js';
import { apply, emptyHost, input, live, sealed, World } from './world.js';

/** A host with a history, what happened to it since, and what is wanted now. */
const histories = fc.record({ past: fc.array(environments, { maxLength: 2 }), wanted: environments });
const situations = fc
  .record({ story: fc.oneof(histories, successions.map(([first, wanted]) => ({ past: [first], wanted }))), torn: fc.option(fc.integer({ min: 0, max: 12 })), happened: fc.oneof(fc.constant([]), troubles), kind: fc.constantFrom<'deploy' | 'rollback'>('deploy', 'deploy', 'rollback'), replace: fc.constantFrom<readonly string[]>([], [], ['db']) })
  .map(({ story: { past, wanted }, torn, happened, kind, replace }) => {
    let now: Observation = live();
    for (const [index, release] of past.entries()) {
      const plan = sealed(release, now, { release: `rel-${index}`, version: `v${index}` });
      if (mayRun(plan)) now = settled(apply(plan, now));
    }
    // An earlier try of the same that came to no end, forward or back.
    if (torn !== null) now = left(sealed(wanted, now, { release: 'rel-torn', version: 'v8' }), now, torn);
    const observation = troubled(now, happened);
    const known = new Set([...wanted.services, ...(observation.hosts[0]?.serving?.desired.services ?? [])].map((s) => s.name));
    return { [fc.toStringMethod]: () => short(wanted, observation, kind, replace), wanted, observation, over: { kind, version: 'v9', release: 'rel-9', replace: replace.filter((name) => known.has(name)) } };
  });

type Situation = typeof situations extends fc.Arbitrary<infer T> ? T : never;

/** A plan with errors is refused: nobody runs it. */
const mayRun = (plan: SealedPlan): boolean => plan.findings.every((finding) => finding.severity !== 'error');
const planOf = ({ wanted, observation, over }: Situation): SealedPlan => sealed(wanted, observation, over);
const runs = { numRuns: Number(process.env['STAGECRAFT_TEST_RUNS'] ?? 100) };

describe('CORE_PLAN: every plan', () => {
  it('is the same to the byte for the same input, however the input is ordered', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { wanted, observation } = situation;
        const shuffled = { ...situation, wanted: { ...wanted, services: [...wanted.services].reverse(), routes: [...wanted.routes].reverse() }, observation: { ...observation, hosts: observation.hosts.map((host) => ({ ...host, containers: [...host.containers].reverse() })) } };
        const [one, other] = [planOf(situation), planOf(shuffled)];
        const { desired: _, ...rest } = one;
        const { desired: __, ...same } = other;
        expect(JSON.stringify(rest.steps)).toBe(JSON.stringify(same.steps));
        for (const render of [renderPlanText, renderPlanMermaid, renderPlanJson]) expect(render(planOf(situation))).toBe(render(one));
      }),
      runs,
    );
  });

  it('has unique ids, and every step stands after all that it depends on', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        for (const { steps } of [planOf(situation), draft(input(situation.wanted, situation.observation, situation.over))]) {
          const seen = new Set<string>();
          for (const step of steps) {
            expect(seen.has(step.id)).toBe(false);
            expect(step.dependsOn.filter((id) => !seen.has(id))).toEqual([]);
            seen.add(step.id);
          }
        }
      }),
      runs,
    );
  });

  it('leaves nothing to do when it ran, however its independent steps were interleaved', () => {
    fc.assert(
      fc.property(situations, fc.infiniteStream(fc.nat()), (situation, choices) => {
        const plan = planOf(situation);
        fc.pre(mayRun(plan));
        const world = new World(plan, situation.observation);
        fc.pre(ran(world, interleaved(plan.steps, choices)).failed === undefined);
        const after = settled(world.observation(true));
        expect(sealed(situation.wanted, after, { ...situation.over, release: 'rel-10', replace: [] }).steps.map((step) => step.id)).toEqual([]);
      }),
      runs,
    );
  });

  it('can be taken back at any point before commit, and all is as it was but for data services that were brought up', () => {
    fc.assert(
      fc.property(situations, fc.infiniteStream(fc.nat()), fc.double({ min: 0, max: 1, noNaN: true }), (situation, choices, part) => {
        const plan = planOf(situation);
        fc.pre(mayRun(plan));
        const world = new World(plan, situation.observation);
        const rollout = interleaved(plan.steps, choices).filter((step) => step.phase !== 'finalize');
        const { touched } = ran(world, rollout.slice(0, Math.round(part * rollout.length)));
        for (const step of [...plan.steps].reverse()) if (touched.includes(step)) world.undo(step);
        const kept = new Set(plan.services.filter((service) => service.kind === 'data' && (service.change === 'create' || service.change === 'resume')).map((service) => service.service));
        expectSame(world.observation(false), situation.observation, kept);
      }),
      runs,
    );
  });

  it('touches no service that it calls unchanged or held', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const plan = planOf(situation);
        const kept = plan.services.filter((service) => service.change === 'none' || service.change === 'held').map((service) => service.service);
        const still = plan.services.filter((service) => service.change === 'none' && service.differs.length === 0).map((service) => service.service);
        const touching = plan.steps.filter((step) => kept.some((name) => step.touches.includes(`container:${name}`)) || still.includes(step.service ?? ''));
        expect(touching.map((step) => step.id)).toEqual([]);
      }),
      runs,
    );
  });

  it('never stops or removes a data service that --replace does not name', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const plan = planOf(situation);
        const wanted = new Set(situation.wanted.services.map((s) => s.name));
        const gone = (situation.observation.hosts[0]?.serving?.desired.services ?? []).filter((s) => !wanted.has(s.name));
        const data = new Set([...situation.wanted.services, ...gone].filter((s) => s.kind === 'data' && !situation.over.replace.includes(s.name)).map((s) => s.name));
        const living = new Set(situation.observation.hosts.flatMap((host) => host.containers).filter((c) => data.has(c.service ?? '') && c.status !== 'exited').map((c) => c.id));
        const ended = plan.steps.flatMap(({ action }) => (action.kind === 'container.stop' ? action.ids.map((old) => old.id) : action.kind === 'container.remove' ? action.ids : []));
        expect(ended.filter((id) => living.has(id))).toEqual([]);
      }),
      runs,
    );
  });

  it('leaves the table that the routes ask for', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const plan = planOf(situation);
        fc.pre(mayRun(plan));
        const world = new World(plan, situation.observation);
        fc.pre(ran(world, plan.steps).failed === undefined);
        const [host] = world.observation(true).hosts as [HostObservation];
        const rules = plan.desired.routes.map((route) => `${ruleKey(route)} ${route.service}:${route.port}`).sort();
        expect((host.table?.routes ?? []).map((route) => `${ruleKey(route)} ${route.service}:${route.port}`).sort()).toEqual(rules);
        for (const route of plan.desired.routes) {
          const living = host.containers.filter((c) => c.service === route.service && c.status !== 'exited' && c.status !== 'created');
          const targets = (host.table?.targets ?? []).filter((target) => target.service === route.service && target.port === route.port);
          const behind = targets.map((target) => living.filter((c) => c.networks['shop-prod-edge']?.aliases.includes(target.id)).map((c) => c.id));
          expect(behind.flat().sort()).toEqual(living.map((c) => c.id).sort());
          expect(behind.every((found) => found.length === 1)).toBe(true);
        }
      }),
      runs,
    );
  });
});

describe('DEPLOY_ROLLOUT: the promise', () => {
  it('holds: while a rolling service is replaced each of its rules leads to a container that is up, at every instant, forward and back', () => {
    let instants = 0;
    fc.assert(
      fc.property(situations, fc.infiniteStream(fc.nat()), fc.double({ min: 0, max: 1, noNaN: true }), (situation, choices, part) => {
        const plan = planOf(situation);
        fc.pre(mayRun(plan));
        const world = new World(plan, situation.observation);
        const promised = plan.desired.routes.filter((route) => isServed(world, route) && keepsItsPromise(plan, situation.wanted, world, route));
        const check = (at: string): void => {
          for (const rule of promised) {
            instants += 1;
            expect({ at, rule: ruleKey(rule), served: isServed(world, rule) }).toEqual({ at, rule: ruleKey(rule), served: true });
          }
        };
        const order = interleaved(plan.steps, choices);
        const stop = Math.round(part * order.length);
        const { touched } = ran(world, order.slice(0, stop).filter((step) => step.phase !== 'finalize'), check);
        for (const step of [...plan.steps].reverse()) {
          if (!touched.includes(step)) continue;
          world.undo(step);
          check(`undo ${step.id}`);
        }
      }),
      { numRuns: 4 * runs.numRuns },
    );
    // How many random worlds hold such a service is chance; that some do is not.
    expect(instants).toBeGreaterThan(runs.numRuns / 10);
  });
});

function left(plan: SealedPlan, before: Observation, steps: number): Observation {
  if (!mayRun(plan)) return before;
  const world = new World(plan, before);
  ran(world, plan.steps.filter((step) => step.phase !== 'finalize').slice(0, steps));
  return world.observation(false);
}

/** Runs the steps until a gate fails, as it does on what is sick. Everything else that fails is the plan's fault. */
function ran(world: World, steps: readonly Step[], after: (at: string) => void = () => undefined): { readonly touched: readonly Step[]; readonly failed?: Step } {
  const touched: Step[] = [];
  for (const step of steps) {
    touched.push(step);
    try {
      world.run(step);
    } catch (error) {
      if (step.action.kind === 'container.gate' && step.action.ids) return { touched, failed: step };
      throw error;
    }
    after(step.id);
  }
  return { touched };
}

/** The rule leads to at least one container that runs and is not known to be sick. */
function isServed(world: World, rule: Route): boolean {
  const table = world.table('local');
  const now = table?.routes.find((route) => ruleKey(route) === ruleKey(rule));
  return (table?.targets ?? []).some((target) => {
    const c = target.service === now?.service && target.port === now.port && target.state === 'in' ? world.behind('local', target.id) : undefined;
    return c?.status === 'running' && c.health !== 'starting' && c.health !== 'unhealthy';
  });
}

/** A situation on a few lines, for who reads a counterexample. */
function short(wanted: Desired, observation: Observation, kind: string, replace: readonly string[]): string {
  const services = (list: Desired['services']): string => list.map((s) => `${s.name}[${s.kind} x${s.replicas} ${strategyOf(s)} ${s.image.id ?? '?'} ${String(s.definition['command'])} ${s.valuesDigest ?? ''}${s.definition['container_name'] ? ' named' : ''}${s.dependsOn.length > 0 ? ` needs ${s.dependsOn.map((d) => d.service).join('+')}` : ''}]`).join(' ');
  const routes = (list: readonly Route[]): string => list.map((r) => `${r.path ?? '/'}=${r.service}:${r.port}`).join(' ');
  const hosts = observation.hosts.map((host) => `\n  serving ${host.serving ? `${services(host.serving.desired.services)} ${routes(host.serving.desired.routes)}` : 'none'}\n  containers ${host.containers.map((c) => `${c.id}(${c.status} ${c.health ?? ''} ${(c.labels['stagecraft.digest'] ?? '').slice(0, 5)} ${c.networks['shop-prod-edge']?.aliases.join(',') ?? 'no edge'})`).join(' ')}\n  table ${routes(host.table?.routes ?? [])} -> ${(host.table?.targets ?? []).map((t) => `${t.id}:${t.port}`).join(' ')}`);
  return `\n${kind} replace=${replace.join()}\n  wanted ${services(wanted.services)} ${routes(wanted.routes)}${hosts.join('')}\n`;
}

/** A gap is told of where a service is recreated, or where none of it is wanted; sick containers promise nothing. */
function keepsItsPromise(plan: SealedPlan, wanted: Desired, world: World, rule: Route): boolean {
  const before = world.table('local')?.routes.find((route) => ruleKey(route) === ruleKey(rule))?.service;
  // Whoever gives a rule to a service of which there are none asks for the gap.
  if (!plan.desired.services.some((s) => s.name === rule.service && s.replicas > 0)) return false;
  return [rule.service, before].every((name) => {
    const service = wanted.services.find((s) => s.name === name);
    const told = plan.services.find((s) => s.service === name);
    return told?.change === 'held' || told?.change === 'none' || told?.change === 'remove' || (service !== undefined && strategyOf(service) === 'rolling' && service.replicas > 0 && told?.verdict.promise !== 'interrupted');
  });
}

/** One of the orders that the dependencies and the chain of tables allow. */
function interleaved(steps: readonly Step[], choices: fc.Stream<number>): Step[] {
  const left = new Set(steps);
  const done = new Set<string>();
  const order: Step[] = [];
  const phases = ['build', 'push', 'migrate_pre', 'rollout', 'migrate_post', 'finalize'];
  while (left.size > 0) {
    const first = Math.min(...[...left].map((step) => phases.indexOf(step.phase)));
    const ready = [...left].filter((step) => phases.indexOf(step.phase) === first && step.dependsOn.every((id) => done.has(id)));
    const [choice = 0] = choices.take(1);
    const next = ready[choice % ready.length] as Step;
    left.delete(next);
    done.add(next.id);
    order.push(next);
  }
  return order;
}

/** Time passed: what started is healthy, what was unhealthy is as it was. */
function settled(observation: Observation): Observation {
  return { ...observation, hosts: observation.hosts.map((host) => ({ ...host, containers: host.containers.map((c) => (c.health === 'starting' ? { ...c, health: 'healthy' as const } : c)) })) };
}

function expectSame(after: Observation, before: Observation, kept: ReadonlySet<string>): void {
  for (const [index, host] of after.hosts.entries()) {
    const was = before.hosts[index] ?? emptyHost();
    const plain = (containers: HostObservation['containers']): unknown =>
      containers.filter((c) => !kept.has(c.service ?? '')).map(({ id, name, status, restartPolicy, networks }) => ({ id, name, status, restartPolicy, networks })).sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(plain(host.containers)).toEqual(plain(was.containers));
    const none = { project: 'shop', environment: 'prod', routes: [], targets: [] };
    expect(sameTable(host.table ?? none, was.table ?? none)).toBe(true);
  }
}
