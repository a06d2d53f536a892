/**
 * What our deployment workflow costs on top of its activities. A hosted deployment from the client's start to the saved view
 * that says `live`, against a bare workflow with as many activities, on the same server, one at a time, taking turns.
 *   node --import tsx --conditions=modelhub-source bench/deployment-run.ts
 */
import { deploymentWorkflowId } from '#core/deployment/workflow.js';
import { deployArgs, startHarness } from '../test/workflows/world.js';
import { startBare } from './lib/bare-worker.js';
import { IdleActivities } from './lib/idle-activities.js';
import { machine, quantile, row, say } from './lib/report.js';
import { startServers } from './lib/servers.js';

const WARM_UP = 10;
const RUNS = 60;
const GOAL = 1.15;

async function main(): Promise<void> {
  const servers = await startServers({ mongodb: false });
  const idle = new IdleActivities();
  const hub = await startHarness(servers.address, servers.bundlePath, {}, idle);
  const bare = await startBare(servers.address);
  let n = 0;

  /** ms from the client's start to the view `live` being saved */
  const ours = async (): Promise<number> => {
    const id = { ...hub.id, name: `bench-${n++}` };
    const live = new Promise<number>((resolve) => {
      idle.onView = (view) => {
        if (view.name === id.name && view.phase === 'live') resolve(performance.now());
      };
    });
    const began = performance.now();
    const [at] = await Promise.all([live, hub.workflows.deploy(id, deployArgs(n))]);
    return at - began;
  };
  /** Sizes of the groups of activities that our workflow starts with one workflow task, from its history. */
  const shape = async (): Promise<number[]> => {
    const handle = bare.client.workflow.getHandle(deploymentWorkflowId({ ...hub.id, name: `bench-${n - 1}` }));
    const sizes = new Map<string, number>();
    for (const event of (await handle.fetchHistory()).events ?? []) {
      const task = event.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId?.toString();
      if (task !== undefined) sizes.set(task, (sizes.get(task) ?? 0) + 1);
    }
    return [...sizes.values()];
  };

  try {
    await ours();
    const untilLive = idle.calls;
    await new Promise((resolve) => setTimeout(resolve, 500)); // the history is whole by then
    const groups = await shape();
    const k = groups.reduce((sum, size) => sum + size, 0);
    if (untilLive !== k || idle.calls !== k)
      throw new Error(`history says ${k} activities, ${untilLive} ran until live, ${idle.calls} in all`);
    const inSequence = groups.flatMap((size) => Array.from({ length: size }, () => 1));
    const figures = {
      ours: [] as number[],
      sequence: [] as number[],
      sequenceLast: [] as number[],
      shaped: [] as number[],
      shapedLast: [] as number[],
    };
    for (let i = 0; i < WARM_UP + RUNS; i++) {
      const a = await ours();
      const b = await bare.once(inSequence);
      const c = await bare.once(groups);
      if (i < WARM_UP) continue;
      figures.ours.push(a);
      figures.sequence.push(b.result);
      figures.sequenceLast.push(b.lastActivity);
      figures.shaped.push(c.result);
      figures.shapedLast.push(c.lastActivity);
    }
    say(
      `Deployment workflow against a bare one; k = ${k} activities, in groups of ${groups.join(', ')} (from our history)`,
      machine(),
      ...servers.description,
      `Method: one at a time, taking turns, ${WARM_UP} rounds of warm-up; both workers and the client in this process; activities do nothing.`,
      '',
      row('ours: start to view `live` saved', figures.ours),
      row('bare, in sequence: start to result', figures.sequence),
      row('bare, in sequence: start to last activity', figures.sequenceLast),
      row('bare, same groups: start to result', figures.shaped),
      row('bare, same groups: start to last activity', figures.shapedLast),
      '',
    );
    const ratio = (of: number[], q: number): string => (quantile(figures.ours, q) / quantile(of, q)).toFixed(2);
    say(
      `ratio to "in sequence, start to result":      p50 ${ratio(figures.sequence, 0.5)}, p95 ${ratio(figures.sequence, 0.95)}   (goal: p50 at most ${GOAL})`,
      `ratio to "same groups, start to result":      p50 ${ratio(figures.shaped, 0.5)}, p95 ${ratio(figures.shaped, 0.95)}`,
      `ratio to "same groups, start to last activity": p50 ${ratio(figures.shapedLast, 0.5)}, p95 ${ratio(figures.shapedLast, 0.95)}   (like for like: ours is not waited for after its last activity either)`,
    );
  } finally {
    await bare.stop();
    await hub.stop();
    await servers.stop();
  }
}

main().catch((e: unknown) => {
  process.stderr.write(`${e instanceof Error ? e.stack : String(e)}\n`);
  process.exitCode = 1;
});
