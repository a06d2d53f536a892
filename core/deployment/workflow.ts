import type { DeploymentIdentity, DeploymentState } from './state.js';

/** Input of the `deployment` workflow: an identity when it is born, the state when it continues as new. */
export interface DeploymentInput {
  id: DeploymentIdentity;
  state?: DeploymentState;
  /** update ids that were carried out, with the token they led to; newest last */
  seen?: [string, number][];
  /** settings that tests make short */
  ackTimeoutMs?: number;
  emptyTimeoutMs?: number;
}

/** `deployment:<tenant>:<environment>:<name>` */
export const deploymentWorkflowId = (id: Pick<DeploymentIdentity, 'tenant' | 'environment' | 'name'>): string =>
  `deployment:${id.tenant}:${id.environment}:${id.name}`;

export const HUB_QUEUE = 'hub';
/** failure types that a verb's caller can meet; `details[0]` carries `{ code, path?, view? }` */
export const VERB_REFUSED = 'Hub.VerbRefused';
export const BUSY = 'Hub.Busy';
export const SEARCH_ATTRIBUTES = ['Tenant', 'Environment', 'Deployment', 'ModelId', 'ModelVersion', 'Phase'] as const;
