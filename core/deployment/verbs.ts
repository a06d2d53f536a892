import type { VerbTable } from '#core/shared/verb.js';

export const DEPLOYMENT_PHASES = ['rolling-out', 'paused', 'live', 'failed', 'retiring', 'retired'] as const;
/**
 * rolling-out: a rollout runs · paused: a rollout is held · live: the stable revision serves, nothing runs ·
 * failed: the last rollout failed; a stable revision, if there is one, still serves · retiring, retired: the end.
 */
export type DeploymentPhase = (typeof DEPLOYMENT_PHASES)[number];

export const DEPLOYMENT_VERBS = {
  deploy: {
    label: 'Deploy',
    summary: 'Takes a new revision to all traffic, step by step.',
    from: ['live', 'failed', 'retired'],
  },
  rollback: {
    label: 'Roll back',
    summary: 'Moves all traffic to an earlier revision at once; a running rollout is dropped.',
    from: ['rolling-out', 'paused', 'live', 'failed'],
    confirm: 'All traffic of {name} in {environment} moves to revision {to} at once.',
    destructive: true,
  },
  pause: { label: 'Pause', summary: 'Holds the rollout before its next step.', from: ['rolling-out'] },
  resume: { label: 'Resume', summary: 'Goes on with a held rollout.', from: ['paused'] },
  abort: {
    label: 'Abort',
    summary: 'Gives the candidate up; the stable revision goes on serving.',
    from: ['rolling-out', 'paused'],
    confirm: 'The rollout of {name} in {environment} is given up; the stable revision goes on serving.',
    destructive: true,
  },
  retry: { label: 'Retry', summary: 'Runs the failed rollout again from the step that failed.', from: ['failed'] },
  retire: {
    label: 'Retire',
    summary: 'Takes the deployment out of service and stops its replicas.',
    from: ['live', 'failed', 'paused'],
    confirm: '{name} in {environment} stops answering calls, and its replicas stop.',
    destructive: true,
  },
} as const satisfies VerbTable<DeploymentPhase, string>;

export type DeploymentVerb = keyof typeof DEPLOYMENT_VERBS;
