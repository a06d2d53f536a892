import type { RevisionSpec } from './schema.js';
import { type DeploymentState, newState } from './state.js';

/** For tests: a spec whose digest-relevant part is `n`. */
export const specOf = (n: number, kind: 'hosted' | 'local' = 'hosted'): RevisionSpec => ({
  modelId: 'acme/m',
  modelVersion: String(n),
  modelType: 'text',
  upstreamModel: 'm',
  replicas: 2,
  resources: { cpu: '1', memory: '1Gi' },
  target:
    kind === 'hosted'
      ? { kind: 'hosted', connection: 'acme' }
      : { kind: 'local', command: ['serve', '{port}'], healthPath: '/health', startTimeoutSeconds: 5 },
  parameters: { temperature: n },
  keepPreviousSeconds: 300,
  drainTimeoutSeconds: 60,
});
export const IDENTITY = { tenant: 't', scope: 'default/default/production', environment: 'production', name: 'chat' };
export const T0 = Date.UTC(2026, 0, 1);
export const fresh = (): DeploymentState => newState(IDENTITY, new Date(T0).toISOString());
