import type { DeploymentView, Revision } from '#core/deployment/schema.js';
import { type DeploymentState, newState, previousRevision, revisionOf, serving } from '#core/deployment/state.js';

/** The view as the rules of core read it; what a view does not carry, the rules used here do not look at. */
const stateOf = (view: DeploymentView): DeploymentState => ({
  ...newState({ tenant: '', scope: view.scope, environment: view.environment, name: view.name }, view.phaseSince, view),
  ...(view.stable === undefined ? {} : { stable: view.stable }),
  ...(view.rollout === undefined ? {} : { rollout: view.rollout }),
});

export const revisionBy = (view: DeploymentView, digest: string | undefined): Revision | undefined =>
  view.revisions.find((r) => r.digest === digest);

/** The revision that takes all traffic, by the rules of the workflow. */
export function nowServing(view: DeploymentView): Revision | undefined {
  const s = stateOf(view);
  return revisionOf(s, serving(s));
}
/** Where a rollback goes when no revision is named. */
export const rollbackTarget = (view: DeploymentView): Revision | undefined => previousRevision(stateOf(view));
