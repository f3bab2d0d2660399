import { phraseOf } from './phrases.js';
import { phaseNames, type Plan, type Step } from './types.js';

/** The plan as a Mermaid flowchart: a box a step, a frame a phase, an arrow from what comes first. */
export function renderPlanMermaid(plan: Plan): string {
  const node = new Map(plan.steps.map((step, index) => [step.id, `s${index + 1}`]));
  const frames = phaseNames.flatMap((phase) => {
    const steps = plan.steps.filter((step) => step.phase === phase);
    return steps.length === 0 ? [] : [`  subgraph ${phase}`, ...steps.map((step) => `    ${node.get(step.id) ?? ''}["${label(step)}"]`), '  end'];
  });
  const arrows = plan.steps.flatMap((step) => step.dependsOn.map((id) => `  ${node.get(id) ?? ''} --> ${node.get(step.id) ?? ''}`));
  const empty = plan.steps.length === 0 ? ['  nothing["nothing to do"]'] : [];
  return [`flowchart TD`, ...empty, ...frames, ...arrows, ''].join('\n');
}

function label(step: Step): string {
  return [step.id, phraseOf(step), step.why].map(escaped).join('<br/>');
}

/** Quotes and brackets end a label in Mermaid; its own entities do not. */
function escaped(text: string): string {
  return text.replaceAll('#', '#35;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;');
}
