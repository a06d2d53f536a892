import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { type DeploymentActivities, STEP_REFUSED } from '#core/deployment/activities.js';
import { HubError } from '#core/shared/problem.js';
import { testServers } from '../support/servers.js';
import { deployArgs, startHarness, unique, until, verbArgs, World } from './world.js';

let world: World;
let h: Awaited<ReturnType<typeof startHarness>>;
/** Each deployment has a world of its own: a late activity of one test must not reach the next. */
const worlds = new Map<string, World>();
const named = (input: { name?: string; id?: { name: string }; route?: { name: string } }): World => {
  const found = worlds.get(input.name ?? input.id?.name ?? input.route?.name ?? '');
  if (!found) throw new Error('no such world');
  return found;
};
const forward: DeploymentActivities = {
  loadView: () => Promise.resolve(world.view ?? null),
  saveView: (i) => named(i).saveView(i),
  publishRoute: (i) => named(i).publishRoute(i),
  validateRevision: (i) => named(i).validateRevision(i),
  provisionRevision: (i) => named(i).provisionRevision(i),
  warmRevision: (i) => named(i).warmRevision(i),
  drainRevision: (i) => named(i).drainRevision(i),
};
beforeAll(async () => {
  const { temporalAddress, bundlePath } = testServers();
  h = await startHarness(temporalAddress, bundlePath, {}, forward);
});
afterAll(() => h.stop());
beforeEach(() => {
  world = new World();
  h.id.name = `chat-${unique()}`;
  worlds.set(h.id.name, world);
});
const live = (stable: string) => until(`${stable} is live`, () => world.view?.phase === 'live' && world.view.stable === stable);

describe('the deployment workflow on a real server', () => {
  test('takes a first revision live; the answer of the verb carries the view', async () => {
    const ack = await h.workflows.deploy(h.id, deployArgs(1));
    expect(ack.view).toMatchObject({ phase: 'rolling-out', candidate: 'd1' });
    await live('d1');
    expect(world.calls).toEqual(['validate d1', 'provision d1', 'warm d1']);
    expect(world.routes.at(-1)).toMatchObject({ version: 2, weights: [{ digest: 'd1', weight: 100 }] });
    expect(world.audits).toHaveLength(1);
  });

  test('a repeat with the same request id is carried out once', async () => {
    const args = deployArgs(1, 'hosted', 'same');
    await Promise.all([h.workflows.deploy(h.id, args), h.workflows.deploy(h.id, args)]);
    await live('d1');
    await h.workflows.deploy(h.id, args);
    expect(world.view?.history).toHaveLength(1);
    expect(world.audits).toHaveLength(1);
  });

  test('a refused step leaves the stable revision serving and tells why', async () => {
    await h.workflows.deploy(h.id, deployArgs(1, 'local'));
    await live('d1');
    world.during = (step) =>
      step === 'provision'
        ? Promise.reject(
            ApplicationFailure.create({
              type: STEP_REFUSED,
              message: 'it never answered',
              nonRetryable: true,
              details: [{ code: 'never-healthy', logTail: 'boom' }],
            }),
          )
        : Promise.resolve();
    await h.workflows.deploy(h.id, deployArgs(2, 'local'));
    await until('it fails', () => world.view?.phase === 'failed' && world.calls.at(-1) === 'drain d2');
    expect(world.view?.rollout?.error).toEqual({ step: 'provision', code: 'never-healthy', message: 'it never answered', logTail: 'boom' });
    expect(world.routes.at(-1)?.weights).toEqual([{ digest: 'd1', weight: 100 }]);
  });

  test('rollback cuts a hanging step short', async () => {
    await h.workflows.deploy(h.id, deployArgs(1));
    await live('d1');
    let release = (): void => undefined;
    world.during = (step) => (step === 'warm' ? new Promise<void>((r) => (release = r)) : Promise.resolve());
    await h.workflows.deploy(h.id, deployArgs(2));
    await until('it hangs in warm', () => world.calls.at(-1) === 'warm d2');
    const ack = await h.workflows.send(h.id, 'rollback', verbArgs());
    expect(ack.view).toMatchObject({ phase: 'live', stable: 'd1' });
    await until('the candidate is out of the route', () => world.routes.at(-1)?.revisions.every((r) => r.digest !== 'd2') === true);
    release();
  });

  test('pause holds the rollout before its next step, resume goes on', async () => {
    let release = (): void => undefined;
    world.during = (step) => (step === 'validate' ? new Promise<void>((r) => (release = r)) : Promise.resolve());
    await h.workflows.deploy(h.id, deployArgs(1));
    await until('it validates', () => world.calls.length === 1);
    await h.workflows.send(h.id, 'pause', verbArgs());
    release();
    await until('validate is done', () => world.view?.rollout?.steps[0]?.state === 'done');
    expect(world.calls).toEqual(['validate d1']);
    await h.workflows.send(h.id, 'resume', verbArgs());
    await live('d1');
  });

  test('a stale token is refused with the current view, an illegal verb with the legal ones', async () => {
    await h.workflows.deploy(h.id, deployArgs(1));
    await live('d1');
    const stale = await h.workflows.send(h.id, 'retire', verbArgs({ token: 1 })).catch((e: unknown) => e);
    expect(stale).toBeInstanceOf(HubError);
    expect(stale).toMatchObject({ code: 'stale-state', extras: { members: { current: { stable: 'd1' } } } });
    const illegal = await h.workflows.send(h.id, 'pause', verbArgs()).catch((e: unknown) => e);
    expect(illegal).toMatchObject({ code: 'illegal-verb', extras: { members: { legal: ['deploy', 'retire'] } } });
  });

  test('retire ends the run; a new deploy of the same name goes on with its numbers', async () => {
    await h.workflows.deploy(h.id, deployArgs(1));
    await live('d1');
    await h.workflows.send(h.id, 'retire', verbArgs());
    await until('it is retired', () => world.view?.phase === 'retired');
    expect(world.routes.at(-1)).toMatchObject({ weights: [], revisions: [] });
    const before = world.view?.token ?? 0;
    await h.workflows.deploy(h.id, deployArgs(2));
    await live('d2');
    expect(world.view?.token).toBeGreaterThan(before);
    expect(world.view?.revisions.map((r) => r.number)).toEqual([2, 1]);
  });

  test('a worker that is replaced in the middle changes nothing', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((r) => (release = r));
    world.during = (step) => (step === 'provision' ? gate : Promise.resolve());
    await h.workflows.deploy(h.id, deployArgs(1));
    await until('it provisions', () => world.calls.includes('provision d1'));
    setTimeout(release, 500);
    await h.replaceWorker();
    await live('d1');
    expect(world.view?.history).toHaveLength(1);
  });
});
