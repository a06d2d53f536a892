import type { RevisionTask } from '#core/deployment/activities.js';
import type { RevisionSpec } from '#core/deployment/schema.js';
import { HubError } from '#core/shared/problem.js';
import type { RunnerClient } from '#adapters/targets/local/client.js';
import { setName } from '#adapters/targets/local/protocol.js';
import { pause, refused } from './kit/activity.js';

type LocalSpec = RevisionSpec & { target: Extract<RevisionSpec['target'], { kind: 'local' }> };
export const isLocal = (spec: RevisionSpec): spec is LocalSpec => spec.target.kind === 'local';

/** Orders the replicas and waits until all are healthy; a replica that gives up ends the step with its log tail. */
export async function provisionLocal(runner: RunnerClient, task: RevisionTask, spec: LocalSpec, signal: AbortSignal): Promise<string[]> {
  const set = setName(task, task.revision.digest);
  const { command, healthPath, startTimeoutSeconds, env } = spec.target;
  await runner.ensure(set, {
    fence: task.fence,
    replicas: spec.replicas,
    command,
    healthPath,
    startTimeoutSeconds,
    ...(env ? { env } : {}),
  });
  for (;;) {
    const { replicas } = await runner.view(set);
    const failed = replicas.find((r) => r.state === 'failed');
    if (failed) {
      const logTail = await runner.log(set, failed.name, 30);
      await runner.remove(set, task.fence);
      throw refused('never-healthy', `Replica ${failed.name} did not become healthy: ${failed.detail ?? 'no reason given'}.`, logTail);
    }
    if (replicas.length === spec.replicas && replicas.every((r) => r.state === 'ready'))
      return replicas.map((r) => r.endpoint).filter((e) => e !== undefined);
    await pause(150, signal);
  }
}

/** Every replica still answers its health path (the runner polls it); a fallen one gets its start timeout to come back. */
export async function warmLocal(runner: RunnerClient, task: RevisionTask, spec: LocalSpec, signal: AbortSignal): Promise<string> {
  const deadline = Date.now() + spec.target.startTimeoutSeconds * 1000;
  for (;;) {
    const { replicas } = await runner.view(setName(task, task.revision.digest));
    if (replicas.every((r) => r.state === 'ready')) return `${replicas.length} of ${replicas.length} replicas healthy`;
    const ill = replicas.find((r) => r.state === 'failed') ?? replicas.find((r) => r.state !== 'ready');
    if (ill?.state === 'failed' || Date.now() > deadline)
      throw refused(
        'not-healthy',
        `Replica ${ill?.name} is ${ill?.state}: ${ill?.detail ?? 'no reason given'}.`,
        ill ? await runner.log(setName(task, task.revision.digest), ill.name, 30) : undefined,
      );
    await pause(200, signal);
  }
}

/** Stops the replicas; that they are not there is what was wanted. */
export async function removeLocal(runner: RunnerClient, task: RevisionTask): Promise<void> {
  try {
    await runner.remove(setName(task, task.revision.digest), task.fence);
  } catch (e) {
    // a later rollout has ordered them again: they are its business now
    if (!(e instanceof HubError && e.code === 'stale-state')) throw e;
  }
}
