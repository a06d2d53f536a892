import type { DeploymentAnswer } from '#core/deployment/schema.js';
import { CallSample } from './call-sample.js';
import { DeploymentFigures } from './deployment-figures.js';
import { History } from './history.js';
import { OverrideNotice } from './override-notice.js';
import { RecentCalls } from './recent-calls.js';
import { Replicas } from './replicas.js';
import { Revisions } from './revisions.js';
import { RolloutSteps } from './rollout-steps.js';
import { UnpricedCalls } from './unpriced-calls.js';

/** The answer first, then the evidence, history last. */
export function DeploymentBody({ deployment }: { deployment: DeploymentAnswer }) {
  return (
    <>
      <OverrideNotice deployment={deployment} />
      <DeploymentFigures deployment={deployment} />
      <RolloutSteps deployment={deployment} />
      <Replicas deployment={deployment} />
      <Revisions deployment={deployment} />
      <CallSample deployment={deployment} />
      <RecentCalls deployment={deployment} />
      <UnpricedCalls deployment={deployment} />
      <History deployment={deployment} />
    </>
  );
}
