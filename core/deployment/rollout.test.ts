import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fresh, specOf, T0 } from './fixtures.test-support.js';
import { type Action, applyResult, nextAction, type Result } from './rollout.js';
import { type DeploymentState, legalNow, previousRevision, revisionOf, routeOf, serving } from './state.js';
import { applyVerb, refusal, type VerbArgs } from './verb-rules.js';
import { DEPLOYMENT_VERBS, type DeploymentVerb } from './verbs.js';

const by = (n: number): VerbArgs => ({ actor: 'key_1', requestId: `q${n}` });
const deploy = (n: number, kind: 'hosted' | 'local' = 'hosted'): VerbArgs => ({
  ...by(n),
  deploy: { digest: `d${n}`, spec: specOf(n, kind) },
});
const good = (a: Action): Result =>
  a.kind === 'provision' && a.revision.spec.target.kind === 'local'
    ? { ok: true, endpoints: ['http://127.0.0.1:1', 'http://127.0.0.1:2'] }
    : { ok: true };

/** Runs until nothing is left to do; returns the kinds of the actions. */
function settle(s: DeploymentState, outcome: (a: Action) => Result = good, now = T0): string[] {
  const kinds: string[] = [];
  for (let i = 0; i < 200; i++) {
    const { action } = nextAction(s, now);
    if (!action) return kinds;
    kinds.push(action.kind);
    if (action.kind === 'finish') return kinds;
    applyResult(s, action, outcome(action), now);
  }
  throw new Error('it never settles');
}
const does = (s: DeploymentState, verb: DeploymentVerb, args: VerbArgs): void => {
  expect(refusal(s, verb, args)).toBeUndefined();
  applyVerb(s, verb, args, T0);
};

describe('a rollout', () => {
  test('goes validate, provision, warm, shift, promote, drain and publishes the route when it must change', () => {
    const s = fresh();
    does(s, 'deploy', deploy(1));
    expect(settle(s)).toEqual(['validate', 'provision', 'publish', 'warm', 'publish']);
    expect(s).toMatchObject({ phase: 'live', stable: 'd1', routeVersion: 2 });
    expect(s.rollout?.outcome).toBe('succeeded');
    expect(s.rollout?.steps.map((x) => x.state)).toEqual(['done', 'done', 'done', 'done', 'done', 'skipped']);
  });
  test('the candidate is reachable without traffic before it is warmed', () => {
    const s = fresh();
    does(s, 'deploy', deploy(1));
    settle(s);
    does(s, 'deploy', deploy(2));
    const routes: ReturnType<typeof routeOf>[] = [];
    settle(s, (a) => {
      if (a.kind === 'warm') routes.push(routeOf(s));
      return good(a);
    });
    expect(routes[0]?.weights).toEqual([{ digest: 'd1', weight: 100 }]);
    expect(routes[0]?.revisions.map((r) => r.digest).sort()).toEqual(['d1', 'd2']);
  });
  test.each(['validate', 'provision', 'warm'] as const)(
    'a failed %s leaves the stable revision serving, says why, and stops the replicas',
    (step) => {
      const s = fresh();
      does(s, 'deploy', deploy(1, 'local'));
      settle(s);
      does(s, 'deploy', deploy(2, 'local'));
      const kinds = settle(s, (a) => (a.kind === step ? { ok: false, code: 'never-healthy', message: 'no', logTail: 'boom' } : good(a)));
      expect(serving(s)).toBe('d1');
      expect(s.phase).toBe('failed');
      expect(s.rollout?.error).toEqual({ step, code: 'never-healthy', message: 'no', logTail: 'boom' });
      expect(kinds.at(-1)).toBe('drain');
      expect(s.discard).toEqual([]);
    },
  );
  test('retry runs again and succeeds', () => {
    const s = fresh();
    does(s, 'deploy', deploy(1, 'local'));
    settle(s, (a) => (a.kind === 'warm' ? { ok: false, code: 'x', message: 'no' } : good(a)));
    expect(legalNow(s)).toEqual(['deploy', 'retry', 'retire']);
    does(s, 'retry', by(2));
    expect(settle(s)).toEqual(['provision', 'publish', 'warm', 'publish']);
    expect(s.phase).toBe('live');
  });
  test('a replaced local revision stays warm, then drains when its time has come', () => {
    const s = fresh();
    does(s, 'deploy', deploy(1, 'local'));
    settle(s);
    does(s, 'deploy', deploy(2, 'local'));
    settle(s);
    expect(revisionOf(s, 'd1')?.state).toBe('standby');
    expect(nextAction(s, T0)).toEqual({ wakeAt: T0 + 300_000 });
    expect(settle(s, good, T0 + 300_000)).toEqual(['publish', 'drain']);
    expect(revisionOf(s, 'd1')).toMatchObject({ state: 'drained', endpoints: [] });
  });
});

describe('rollback', () => {
  test('to a warm revision needs nothing but the route', () => {
    const s = fresh();
    for (const n of [1, 2]) {
      does(s, 'deploy', deploy(n, 'local'));
      settle(s);
    }
    does(s, 'rollback', by(3));
    expect(nextAction(s, T0).action?.kind).toBe('publish');
    expect(settle(s)).toEqual(['publish']);
    expect(s).toMatchObject({ stable: 'd1', phase: 'live' });
  });
  test('to a drained local revision starts its replicas first, while the bad one serves', () => {
    const s = fresh();
    for (const n of [1, 2]) {
      does(s, 'deploy', deploy(n, 'local'));
      settle(s);
    }
    settle(s, good, T0 + 300_000);
    does(s, 'rollback', { ...by(3), to: 1 });
    expect(serving(s)).toBe('d2');
    expect(settle(s)).toEqual(['provision', 'publish', 'warm', 'publish']);
    expect(s.stable).toBe('d1');
  });
  test('in the middle of a rollout cancels it, and the late result of its step changes nothing', () => {
    const s = fresh();
    does(s, 'deploy', deploy(1));
    settle(s);
    does(s, 'deploy', deploy(2));
    const { action } = nextAction(s, T0);
    expect(action?.kind).toBe('validate');
    expect(applyVerb(s, 'rollback', by(3), T0)).toBe(true);
    if (action) applyResult(s, action, { ok: true }, T0);
    settle(s);
    expect(s).toMatchObject({ phase: 'live', stable: 'd1' });
    expect(revisionOf(s, 'd2')?.state).toBe('failed');
  });
  test('without an earlier revision is refused and says so', () => {
    const s = fresh();
    does(s, 'deploy', deploy(1));
    settle(s);
    expect(refusal(s, 'rollback', by(2))).toMatchObject({ code: 'illegal-verb', message: expect.stringContaining('no earlier revision') });
  });
  test('twice goes back and forth', () => {
    const s = fresh();
    for (const n of [1, 2]) {
      does(s, 'deploy', deploy(n));
      settle(s);
    }
    does(s, 'rollback', by(3));
    settle(s);
    expect(previousRevision(s)?.digest).toBe('d2');
  });
});

test('a stale token and an illegal verb are refused with what is needed to go on', () => {
  const s = fresh();
  does(s, 'deploy', deploy(1));
  expect(refusal(s, 'pause', { ...by(2), token: 0 })).toMatchObject({ code: 'stale-state' });
  expect(refusal(s, 'resume', by(2))?.message).toContain('Legal now: pause, abort');
});
test('the same revision again is refused, an earlier one is reused', () => {
  const s = fresh();
  does(s, 'deploy', deploy(1));
  settle(s);
  expect(refusal(s, 'deploy', deploy(1))).toMatchObject({ code: 'conflict' });
});
test('retire takes the route away before it stops replicas, then ends', () => {
  const s = fresh();
  does(s, 'deploy', deploy(1, 'local'));
  settle(s);
  does(s, 'retire', by(2));
  expect(settle(s)).toEqual(['publish', 'drain', 'finish']);
  expect(s.phase).toBe('retired');
  expect(routeOf(s)).toMatchObject({ weights: [], revisions: [] });
});

describe('whatever verbs and outcomes come', () => {
  const step = fc.record({
    verb: fc.constantFrom(...(Object.keys(DEPLOYMENT_VERBS) as DeploymentVerb[])),
    n: fc.integer({ min: 1, max: 4 }),
    kind: fc.constantFrom('hosted' as const, 'local' as const),
    work: fc.array(fc.boolean(), { maxLength: 6 }),
    carry: fc.boolean(),
    later: fc.integer({ min: 0, max: 400_000 }),
  });
  test('what serves is servable, the state is plain JSON over continue-as-new, and it always settles', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let s = fresh();
        let now = T0;
        for (const [i, x] of steps.entries()) {
          const args = x.verb === 'deploy' ? { ...by(i), deploy: { digest: `${x.kind}${x.n}`, spec: specOf(x.n, x.kind) } } : by(i);
          if (!refusal(s, x.verb, args)) applyVerb(s, x.verb, args, now);
          for (const ok of x.work) {
            const { action } = nextAction(s, now);
            if (!action || action.kind === 'finish') break;
            applyResult(
              s,
              action,
              ok || action.kind === 'publish' || action.kind === 'drain' ? good(action) : { ok: false, code: 'x', message: 'no' },
              now,
            );
          }
          if (x.carry) s = JSON.parse(JSON.stringify(s)) as DeploymentState;
          now += x.later;
          const to = serving(s);
          if (to !== undefined) {
            const r = revisionOf(s, to);
            expect(r && (r.spec.target.kind === 'hosted' || r.endpoints.length > 0)).toBe(true);
            expect(r?.state).not.toBe('drained');
          }
        }
        if (s.phase === 'paused') applyVerb(s, 'resume', by(99), now);
        settle(s, good, now + 90_000_000);
        settle(s, good, now + 180_000_000); // what the last rollout kept warm
        expect(['live', 'failed', 'retired']).toContain(s.phase);
        expect(s.discard).toEqual([]);
        expect(s.revisions.filter((r) => ['draining', 'standby', 'candidate'].includes(r.state))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});
