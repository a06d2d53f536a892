import { type DeploymentState, revisionOf, serving } from './state.js';

const GLYPH = { 'rolling-out': '◐', paused: '‖', live: '●', failed: '✕', retiring: '◐', retired: '○' } as const;
const STEP_GLYPH = { waiting: '○', running: '◐', done: '●', failed: '✕', skipped: '–' } as const;

/** Markdown for the Temporal UI: the phase, who serves, and each step. Lists, because tables have no borders there. */
export function describeDeployment(s: DeploymentState): string {
  const now = revisionOf(s, serving(s));
  const lines = [
    `### ${GLYPH[s.phase]} ${s.name} is ${s.phase} in ${s.environment}`,
    now
      ? `Serving **r${now.number}**, ${now.spec.modelId} ${now.spec.modelVersion}, ${now.spec.replicas} × ${now.spec.target.kind}`
      : 'Nothing serves.',
  ];
  const r = s.rollout;
  if (r) {
    lines.push('', `**${r.kind} ${r.id}** to r${revisionOf(s, r.to)?.number ?? '?'}: ${r.outcome}`, '');
    for (const step of r.steps) lines.push(`- ${STEP_GLYPH[step.state]} ${step.name}${step.detail ? `: ${step.detail}` : ''}`);
    if (r.error) lines.push('', `Failed in ${r.error.step}: ${r.error.message}`);
  }
  return lines.join('\n').slice(0, 4000);
}
