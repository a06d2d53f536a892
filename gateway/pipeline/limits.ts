import { tokenEstimate } from '#core/cost/bound.js';
import type { LimitSubject } from '#core/limit/schema.js';
import { type Amounts, type CallSubjects, type Claim, claimsOf } from '#core/limit/claim.js';
import { headroomNow } from '#core/routing/headroom.js';
import type { Denied, Grant } from '../allowance/grant.js';
import type { Seen } from '../health/book.js';
import { contains } from '#core/shared/scope.js';
import { Refusal } from '../http/refusal.js';
import { revisionKey } from '../memory/inflight.js';
import { countInput } from '../usage/exact.js';
import type { Deps } from './deps.js';
import type { ParsedCall } from './parse.js';
import type { CallFacts } from './record.js';
import type { Target } from './targets.js';

/** counted once a call, whoever answers it */
const OF_THE_CALL: readonly LimitSubject[] = ['key', 'user'];
/** counted for each try: another candidate is another subject */
const OF_THE_ATTEMPT: readonly LimitSubject[] = ['deployment', 'model', 'connection'];
/** what an answer without a bound of its own is taken for in advance; what it really used is settled */
const USUAL_OUTPUT = 500;
const NOTHING = { settle: () => undefined, release: () => undefined };

export type AttemptGrant = Pick<Grant, 'settle' | 'release'>;

/** The limits on one call: asked once for the caller and once for each try; all or nothing each time. */
export class CallLimits {
  private readonly deps: Deps;
  private readonly facts: CallFacts;
  private readonly body: Buffer;
  /** tokens that the answer is taken for in advance */
  private readonly output: number;
  private readonly amounts: Amounts;
  private own: Grant | undefined;
  private latest: Grant | undefined;
  private begun = false;

  constructor(deps: Deps, facts: CallFacts, parsed: ParsedCall) {
    this.deps = deps;
    this.facts = facts;
    this.body = parsed.body;
    this.output = Math.min(parsed.maxOutput ?? USUAL_OUTPUT, 32_000) * parsed.n;
    this.amounts = { requests: 1, concurrency: 1, tokens: tokenEstimate(parsed.body.length) + this.output };
  }

  /** For the caller. Undefined: it may go on. */
  admit(target: Target): Refusal | undefined | Promise<Refusal | undefined> {
    const claims = this.claims(target, OF_THE_CALL);
    if (claims.length === 0) return undefined;
    const keep = (got: Grant | Denied): Refusal | undefined => {
      if (!got.granted) return this.refusal(got);
      this.own = got;
      return undefined;
    };
    const got = this.ask(claims, target);
    return got instanceof Promise ? got.then(keep) : keep(got);
  }
  /** For one try at this target. */
  reserve(target: Target): AttemptGrant | Refusal | Promise<AttemptGrant | Refusal> {
    const claims = [...slotsOf(target), ...this.claims(target, OF_THE_ATTEMPT)];
    if (claims.length === 0) {
      this.begin();
      return NOTHING;
    }
    const keep = (got: Grant | Denied): AttemptGrant | Refusal => {
      if (!got.granted) return this.refusal(got, target);
      this.begin();
      this.latest = got;
      return got;
    };
    const got = this.ask(claims, target);
    return got instanceof Promise ? got.then(keep) : keep(got);
  }
  /** What is left, for the answer; the caller's own limits come before those of what it called. */
  headers(): Record<string, string> {
    return { ...this.latest?.headers(), ...this.own?.headers() };
  }
  /** @param tokens what the call used; null: nobody knows, so the estimate counts. A call that no target was let have counts nowhere. */
  end(tokens: number | null): void {
    if (this.begun) this.own?.settle({ tokens });
    else this.own?.release();
  }
  private begin(): void {
    this.begun = true;
    this.own?.begin();
  }

  /** At once while there is plenty: only what is denied for its tokens is worth a second look. */
  private ask(claims: readonly Claim[], target: Target): Grant | Denied | Promise<Grant | Denied> {
    const got = this.deps.allowances.reserve(claims, performance.now());
    if (got instanceof Promise) return got.then((answer) => this.lookAgain(answer, claims, target));
    return this.lookAgain(got, claims, target);
  }
  private lookAgain(got: Grant | Denied, claims: readonly Claim[], target: Target): Grant | Denied | Promise<Grant | Denied> {
    if (got.granted || got.unit !== 'tokens') return got;
    // not even the answer would fit: no count of the input can help. What is left is as of now only where time would help.
    if (got.retryAfterMs !== null && got.remaining !== null && got.remaining < this.output) return got;
    return this.askExactly(got, claims, target);
  }
  /** Asks once more, with the input counted by the target's own tokenizer. The denial has consumed nothing; neither has a second one. */
  private async askExactly(denied: Denied, claims: readonly Claim[], { revision }: Target): Promise<Grant | Denied> {
    const input = await countInput(this.body, revision.upstreamModel);
    const tokens = input === null ? this.amounts.tokens : input + this.output;
    if (tokens >= this.amounts.tokens) return denied;
    const exact = claims.map((c) => (c.unit === 'tokens' ? { ...c, amount: tokens } : c));
    return this.deps.allowances.reserve(exact, performance.now());
  }

  private refusal(denied: Denied, target?: Target): Refusal {
    this.deps.metrics.limit(denied.code === 'limit_unknown' ? 'away' : 'denied');
    return refusalOf(denied, target);
  }
  private claims(target: Target, subjects: readonly LimitSubject[]): Claim[] {
    const { caller, user } = this.facts;
    const all = this.deps.memory.limits(caller.tenant);
    if (all.length === 0 || caller.purpose === 'warm') return [];
    const { revision, live } = target;
    // a limit that was made within a scope counts only what is called there
    const limits = all.filter((l) => contains(l.scope, live.route.scope));
    const call: CallSubjects = {
      tenant: caller.tenant,
      environment: caller.environment,
      key: caller.key,
      user,
      modelId: revision.modelId,
      deployment: live.route.name,
      connection: revision.connection,
    };
    return claimsOf(limits, call, subjects, this.amounts, this.deps.factors.of);
  }
}

/** The places of a hosted revision: a limit like any other, shared by all gateways; without the ledger each counts for itself. */
function slotsOf({ live, revision }: Target): Claim[] {
  if (revision.slots === null) return [];
  return [
    {
      tenant: live.route.tenant,
      allowance: `slots|${revisionKey(live.key, revision.digest)}`,
      name: SLOTS,
      unit: 'concurrency',
      amount: 1,
      limit: revision.slots,
      windowMs: null,
      whenStoreAway: 'open',
    },
  ];
}
const SLOTS = 'slots';

/** The smaller share of what a target has left: its places here, and what its provider says of its own limits. 0 … 1. */
export function headroomOf({ inflight }: Pick<Deps, 'inflight'>, { live, revision }: Target, { limit }: Seen, now: number): number {
  const told = headroomNow(limit, now);
  if (revision.slots === null) return told;
  return Math.min(told, Math.max(0, 1 - inflight.count(revisionKey(live.key, revision.digest)) / revision.slots));
}

function refusalOf(denied: Denied, target?: Target): Refusal {
  const { headers, limit, unit, amount } = denied;
  if (limit === SLOTS && target)
    return new Refusal(
      429,
      'rate_limit_error',
      'slots_busy',
      `All ${amount} slots of "${target.live.route.name}" are busy; try again shortly.`,
      { headers: { 'retry-after': '1', ...headers }, limited: true },
    );
  if (denied.code === 'limit_unknown')
    return new Refusal(
      503,
      'server_error',
      'limit_unknown',
      `The shared count of the limit "${limit}" cannot be reached, and this gateway's part is used up.`,
      { headers, limited: true },
    );
  return new Refusal(
    429,
    'rate_limit_error',
    'rate_limit_exceeded',
    denied.retryAfterMs === null
      ? `This call asks for more ${unit} than the limit "${limit}" allows at all (${amount}).`
      : `The limit "${limit}" is reached: ${amount} ${unit}. Try again in ${Math.max(1, Math.ceil(denied.retryAfterMs / 1000))} s.`,
    { headers, limited: true },
  );
}
