import type { IncomingHttpHeaders } from 'node:http';
import type { Operation } from '#adapters/providers/provider.js';
import { type Excluded as RuledOut, plan, type PlanCandidate } from '#core/routing/plan.js';
import { tokenEstimate } from '#core/cost/bound.js';
import { usualOutput } from '#core/routing/health.js';
import { expectedOutput, type Needs } from '#core/routing/needs.js';
import { reasonOf } from '#core/routing/reason.js';
import { routingPolicyInput, type Strategy } from '#core/routing/schema.js';
import { pickByWeight } from '#core/routing/weights.js';
import { Refusal } from '../http/refusal.js';
import type { KnownOffering, KnownPolicy } from '../memory/state.js';
import { metadataOf, ruleFor } from './conditions.js';
import type { Deps } from './deps.js';
import type { Caller } from './identify.js';
import { needsOf, type ParsedCall } from './parse.js';
import { expectedCost, priceOf } from './pricing.js';
import { headroomOf } from './limits.js';
import { notLive, policyOf, resolve, routesOf, visible } from './resolve.js';
import { healthName, type Target } from './targets.js';

export interface PlanInput {
  caller: Caller;
  parsed: ParsedCall;
  operation: Operation;
  headers: IncomingHttpHeaders;
  random: () => number;
  /** deployments or models that may not be chosen, and the only ones that may, as candidates of equal weight */
  exclude?: ReadonlySet<string>;
  among?: readonly string[];
}
/** One target and why it stands where it stands. */
export interface Choice {
  target: Target;
  reason(): string;
  score?: number | null;
}
export type Excluded = Omit<RuledOut, 'code'> & { code: RuledOut['code'] | 'not-live' | 'unpriced' | 'left-out' };
export interface CallPlan {
  policy: KnownPolicy | undefined;
  rule: string | null;
  strategy: Strategy;
  choices: Choice[];
  excluded: readonly Excluded[];
  needs: Needs | null;
  /** whom the event names when nothing can be tried */
  first: Target;
  /** why, when there are no choices */
  nothing(): Refusal;
}

/** The targets that may take the call, in the order to try them. Throws a `Refusal` when the name stands for nothing here. */
export function planCall(deps: Deps, i: PlanInput): CallPlan {
  if (i.among) return byPolicy(deps, i, among(deps, i, i.among));
  const pin = i.headers['x-modelhub-revision'];
  const policy = pin === undefined ? policyOf(deps.memory, i.caller, i.parsed.model) : undefined;
  return policy ? byPolicy(deps, i, policy) : byName(deps, i, typeof pin === 'string' ? pin : undefined);
}

function byName(deps: Deps, i: PlanInput, pin: string | undefined): CallPlan {
  const target = resolve(deps.memory, i.caller, i.parsed.model, pin, i.random());
  const { live, revision } = target;
  const reason = (): string => {
    if (pin !== undefined) return `r${revision.number}: pinned by the caller`;
    if (live.override) return `r${revision.number}: break-glass override`;
    const weight = live.weights.find((w) => w.digest === revision.digest)?.weight ?? 0;
    return live.weights.length > 1 ? `r${revision.number}: weight ${weight} %` : `r${revision.number}: the only revision with traffic`;
  };
  const blocked = leftOut(i, target) ?? unpriced(deps, target, i.operation);
  return {
    policy: undefined,
    rule: null,
    strategy: 'weighted',
    excluded: [],
    needs: null,
    first: target,
    choices: blocked ? [] : [{ target, reason }],
    nothing: () => blocked ?? notLive(i.caller, i.parsed.model),
  };
}

const leftOut = ({ exclude }: PlanInput, { live, revision }: Target): Refusal | undefined =>
  exclude?.has(live.route.name) || exclude?.has(revision.modelId)
    ? new Refusal(400, 'invalid_request_error', 'no_eligible_candidate', 'The question leaves out the only deployment of that name.', {
        param: 'model',
      })
    : undefined;

/** Deployments that are named, or that serve a model that is named, as if a policy had them. */
function among(deps: Deps, { caller }: PlanInput, names: readonly string[]): KnownPolicy {
  const candidates = routesOf(deps.memory, caller)
    .filter(
      ({ route, weights, revisions }) =>
        names.includes(route.name) || weights.some((w) => names.includes(revisions.get(w.digest)?.modelId ?? '')),
    )
    .map(({ route }) => ({ deployment: route.name, weight: 1 }));
  const at = new Date(0).toISOString();
  const { tenant, scope, environment } = caller;
  const name = names.join(', ');
  return {
    ...routingPolicyInput.parse({ name: 'among', environment, candidates: candidates.length > 0 ? candidates : [{ deployment: 'none' }] }),
    ...{ tenant, scope, name, createdAt: at, updatedAt: at, updatedBy: '' },
  };
}

/** The refusal of a model without a price, where its deployment wants it blocked. */
function unpriced(deps: Deps, target: Target, operation: Operation): Refusal | undefined {
  const { route } = target.live;
  if (deps.memory.settings(route.tenant, route.environment, route.name)?.unpriced !== 'block') return undefined;
  if (priceOf(deps, target, operation, Date.now()).kind !== 'unpriced') return undefined;
  return new Refusal(
    403,
    'permission_error',
    'model_unpriced',
    `"${target.revision.modelId}" has no known price, and "${route.name}" takes no calls without one.`,
    { param: 'model' },
  );
}

function byPolicy(deps: Deps, i: PlanInput, policy: KnownPolicy): CallPlan {
  const inputTokens = tokenEstimate(i.parsed.body.length);
  const needs: Needs = {
    ...needsOf(i.parsed, i.operation, inputTokens),
    ...(policy.regions ? { regions: policy.regions } : {}),
    ...(policy.securityLevels ? { securityLevels: policy.securityLevels } : {}),
  };
  const { rule, problems } = ruleFor(policy, () => metadataOf(i, needs));
  const targets = new Map<string, Target>();
  const excluded: Excluded[] = [];
  const candidate = ({ deployment, weight }: { deployment: string; weight: number }): Draft[] => {
    const live = visible(deps.memory, i.caller, deployment);
    const picked = live && pickByWeight(live.weights, i.random());
    const revision = picked && live.revisions.get(picked.digest);
    if (!revision) {
      excluded.push({ id: deployment, code: 'not-live', message: 'is not live in this environment' });
      return [];
    }
    const target = { live, revision };
    if (i.exclude?.has(deployment) || i.exclude?.has(revision.modelId)) {
      excluded.push({ id: deployment, code: 'left-out', message: 'was left out by the question' });
      return [];
    }
    targets.set(deployment, target);
    if (unpriced(deps, target, i.operation)) {
      excluded.push({ id: deployment, code: 'unpriced', message: 'has no known price, and takes no calls without one' });
      return [];
    }
    return [draft(deps, target, weight)];
  };
  const named = rule ? policy.candidates.filter((c) => rule.use.includes(c.deployment)) : policy.candidates;
  const extra = rule ? rule.use.filter((u) => !named.some((c) => c.deployment === u)).map((deployment) => ({ deployment, weight: 1 })) : [];
  const strategy = rule?.strategy ?? policy.strategy;
  const candidates = [...named, ...extra].flatMap(candidate);
  const fallbacks = policy.fallbacks.filter((f) => !targets.has(f)).flatMap((deployment) => candidate({ deployment, weight: 1 }));
  const now = Date.now();
  const output = expectedOutput(needs, usualOutput([...candidates, ...fallbacks].map((c) => c.health)));
  const priced = (c: Draft): PlanCandidate => ({ ...c, cost: expectedCost(deps, c.target, { input: needs.inputTokens, output }, now) });
  const made = plan({
    ...{ strategy, adaptive: policy.adaptive, needs, outputTokens: output, random: i.random, now },
    candidates: candidates.map(priced),
    fallbacks: fallbacks.map(priced),
  });
  excluded.push(...made.excluded);
  const prefix = `${policy.name}${rule ? `, rule ${rule.name}` : ''}${problems.length > 0 ? ` (not evaluated: ${problems.join('; ')})` : ''}: `;
  const choices = made.order.flatMap((o) => {
    const target = targets.get(o.id);
    return target ? [{ target, score: o.score, reason: () => prefix + reasonOf(o) }] : [];
  });
  const first = choices[0]?.target ?? targets.values().next().value;
  if (!first) throw notLive(i.caller, i.parsed.model);
  return {
    policy,
    rule: rule?.name ?? null,
    strategy,
    choices,
    excluded,
    needs,
    first,
    nothing: () => nobody(policy, excluded, made.retryAfterMs),
  };
}

type Draft = Omit<PlanCandidate, 'cost'> & { target: Target };

/** What this gateway knows of a target, but for what the call will cost there. */
function draft(deps: Deps, target: Target, weight: number): Draft {
  const { live, revision } = target;
  const { tenant, name } = live.route;
  const connection = revision.connection === null ? undefined : deps.memory.connection(tenant, revision.connection);
  const seen = deps.health.of(healthName(tenant, revision, revision.endpoints[0]), connection);
  const { health, breaker } = seen;
  return {
    ...{ id: name, target, weight, health, breaker },
    facts: factsOf(deps.memory.offering(tenant, revision.modelId), connection?.region ?? null),
    headroom: headroomOf(deps, target, seen, Date.now()),
  };
}

/** 503 when waiting may help (an open breaker), else 400: the request asks for what no candidate has. */
function nobody(policy: KnownPolicy, excluded: readonly Excluded[], retryAfterMs: number | null): Refusal {
  const why = excluded.map((e) => `${e.id}: ${e.message}`).join('; ');
  const message = `Nothing behind "${policy.name}" can take this call: ${why || 'it has no candidates'}.`;
  if (retryAfterMs !== null)
    return new Refusal(503, 'upstream_error', 'no_healthy_candidate', message, {
      headers: { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) },
    });
  return new Refusal(400, 'invalid_request_error', 'no_eligible_candidate', message, { param: 'model' });
}

/** An offering that the catalog does not know has no facts that could exclude it. */
function factsOf(offering: KnownOffering | undefined, region: string | null): PlanCandidate['facts'] {
  if (!offering)
    return { modalities: { input: [], output: [] }, capabilities: [], contextWindow: 0, maxTokens: 0, securityLevel: null, region };
  const { modalities, capabilities, contextWindow, maxTokens, securityLevel } = offering;
  return { modalities, capabilities, contextWindow, maxTokens, securityLevel, region };
}
