import { compileCondition } from '#core/routing/condition.js';
import type { RoutingPolicyInput } from '#core/routing/schema.js';
import { type FieldError, HubError } from '#core/shared/problem.js';
import type { Ctx } from '#core/shared/scope.js';
import { deployments } from '#store/deployment.js';
import { getTenant } from '#store/identity.js';
import type { ApiDeps } from '../deps.js';

/** Everything that is wrong with a policy, at once: names that stand for nothing, conditions that do not compile. */
export async function assertPolicyStands(deps: ApiDeps, ctx: Ctx, policy: RoutingPolicyInput): Promise<void> {
  const { environments } = await getTenant(deps.store, ctx);
  if (!environments.includes(policy.environment))
    throw faulty([
      { path: 'environment', message: `"${policy.environment}" is not an environment here; use one of ${environments.join(', ')}` },
    ]);
  const errors = [...(await unknownDeployments(deps, ctx, policy)), ...unreachable(policy), ...twice(policy)];
  policy.rules.forEach((rule, i) => {
    // the gateway compiles it by the same function
    const condition = compileCondition(rule.when);
    if (!condition.ok) errors.push({ path: `rules.${i}.when`, message: condition.message });
  });
  if (policy.strategy === 'weighted' && policy.candidates.every((c) => c.weight === 0))
    errors.push({ path: 'candidates', message: 'with the strategy `weighted` at least one needs a weight above 0' });
  if (errors.length > 0) throw faulty(errors);
}

const faulty = (errors: FieldError[]): HubError => {
  const [first, ...more] = errors;
  const detail = first && more.length === 0 ? `${first.path}: ${first.message}` : `${errors.length} fields are not valid.`;
  return new HubError('invalid-request', detail, { errors });
};

/** Also those of `rules[].use`, which are named among these: see `unreachable`. */
async function unknownDeployments(deps: ApiDeps, ctx: Ctx, p: RoutingPolicyInput): Promise<FieldError[]> {
  const named = [
    ...p.candidates.map((c, i) => ({ path: `candidates.${i}.deployment`, deployment: c.deployment })),
    ...p.fallbacks.map((deployment, i) => ({ path: `fallbacks.${i}`, deployment })),
  ];
  const filter = { environment: p.environment, name: { $in: named.map((n) => n.deployment) }, phase: { $ne: 'retired' } };
  const there = new Set((await deployments(deps.store).find(ctx, filter)).items.map((d) => d.name));
  return named
    .filter((n) => !there.has(n.deployment))
    .map(({ path, deployment }) => ({
      path,
      message: `there is no deployment "${deployment}" in ${p.environment} that you can see; retired ones do not count`,
    }));
}

function unreachable(p: RoutingPolicyInput): FieldError[] {
  const known = new Set([...p.candidates.map((c) => c.deployment), ...p.fallbacks]);
  return p.rules.flatMap((rule, i) =>
    rule.use.flatMap((deployment, j) =>
      known.has(deployment)
        ? []
        : [{ path: `rules.${i}.use.${j}`, message: `"${deployment}" is neither a candidate nor a fallback of this policy` }],
    ),
  );
}

function twice(p: RoutingPolicyInput): FieldError[] {
  const seen = new Set<string>();
  return p.candidates.flatMap(({ deployment }, i) => {
    if (seen.has(deployment))
      return [{ path: `candidates.${i}.deployment`, message: `"${deployment}" is named twice; add its weights up` }];
    seen.add(deployment);
    return [];
  });
}
