import type { Operation } from '#adapters/providers/provider.js';
import { claimsOf, subjectOf } from '#core/limit/claim.js';
import { LIMIT_SUBJECTS } from '#core/limit/schema.js';
import type { Explanation, ExplainQuestion } from '#core/routing/explain/schema.js';
import { contains } from '#core/shared/scope.js';
import type { Deps } from '../pipeline/deps.js';
import type { Caller } from '../pipeline/identify.js';
import { parseCall } from '../pipeline/parse.js';
import { type Choice, planCall } from '../pipeline/plan.js';

/** The decision for a call by the same code and the same memory; nothing is sent, counted or remembered. Throws a `Refusal`. */
export function explain(deps: Deps, tenant: string, scope: string, q: ExplainQuestion): Explanation {
  const caller: Caller = {
    ...{ tenant, scope, key: q.key, environment: q.environment, purpose: 'explain', mayPin: true },
    said: { user: q.headers['x-modelhub-user'] ?? null, workflow: null, run: null, node: null },
  };
  const { operation: _operation, ...body } = q.request;
  const parsed = parseCall(Buffer.from(JSON.stringify(body)));
  const plan = planCall(deps, {
    ...{ caller, parsed, operation: q.operation as Operation, headers: q.headers, random: Math.random },
    ...(q.exclude ? { exclude: new Set(q.exclude) } : {}),
    ...(q.among ? { among: q.among } : {}),
  });
  const first = plan.choices[0];
  return {
    deployment: first?.target.live.route.name ?? null,
    policy: plan.policy && !q.among ? plan.policy.name : null,
    strategy: plan.strategy,
    rule: plan.rule,
    order: plan.choices.map((c) => ({
      deployment: c.target.live.route.name,
      revision: c.target.revision.digest,
      provider: c.target.revision.provider,
      model: c.target.revision.modelId,
      reason: c.reason(),
      score: c.score ?? null,
    })),
    excluded: plan.excluded.map(({ id, code, message }) => ({ deployment: id, code, message })),
    needs: plan.needs && {
      ...plan.needs,
      input: [...plan.needs.input],
      regions: plan.needs.regions && [...plan.needs.regions],
      securityLevels: plan.needs.securityLevels && [...plan.needs.securityLevels],
    },
    limits: first ? limitsAt(deps, caller, parsed.user, first) : [],
  };
}

function limitsAt(deps: Deps, caller: Caller, saidUser: string | null, { target }: Choice): Explanation['limits'] {
  const { revision, live } = target;
  const call = {
    ...{ tenant: caller.tenant, environment: caller.environment, key: caller.key, user: caller.said.user ?? saidUser },
    ...{ modelId: revision.modelId, deployment: live.route.name, connection: revision.connection },
  };
  const limits = deps.memory.limits(caller.tenant).filter((l) => contains(l.scope, live.route.scope));
  return limits.flatMap((limit) => {
    const [claim] = claimsOf([limit], call, LIMIT_SUBJECTS, { requests: 1, tokens: 1, concurrency: 1 }, deps.factors.of);
    if (!claim) return [];
    const { name, per, unit, amount } = limit;
    const subject = subjectOf(per, call) ?? '';
    return [
      { name, per, subject, unit, window: limit.window ?? null, amount, inForce: claim.limit, left: deps.allowances.remaining(claim) },
    ];
  });
}
