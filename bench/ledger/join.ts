/** The hub's ledger against the simulator's invoice, line by line. */
import type { Line } from '#adapters/providers/simulator/invoice.js';
import type { UsageEvent } from '#core/metric/schema.js';

export interface Side {
  calls: number;
  /** nano-dollars; exact as long as they stay below 2^53 */
  ledger: number;
  invoice: number;
}
export interface Verdict {
  /** the provider told everything, and the client stayed: equal to the nano-dollar */
  exact: Side;
  /** an answer that broke off without its figures, or that the client left: the hub's own count */
  estimated: Side;
  /** left before the first byte: the hub knows that it does not know (cost null) */
  unknown: Side;
  /** the gateway died: the event's cost is the bound */
  lost: Side;
  /** the bounds of `estimated`, `unknown` and `lost` */
  bounds: number;
  /** calls with more than one attempt that the simulator has a line for */
  severalAttempts: number;
  differences: string[];
}

/**
 * An event's cost is that of the answer which the caller got; attempts that failed before it cost nothing, unless the simulator
 * charged for them. So an event is compared with the sum of all lines of its call.
 * @param bound the most that this event's call can cost, nano-dollars
 * @param answered names (`x-modelhub-user`) of calls whose client had all of a good answer
 */
export function join(
  lines: readonly Line[],
  events: readonly UsageEvent[],
  o: { bound(e: UsageEvent): number; answered: ReadonlySet<string> },
): Verdict {
  const side = (): Side => ({ calls: 0, ledger: 0, invoice: 0 });
  const v: Verdict = {
    ...{ exact: side(), estimated: side(), unknown: side(), lost: side() },
    ...{ bounds: 0, severalAttempts: 0, differences: [] },
  };
  const differs = (what: string, e: UsageEvent | undefined, of: readonly Line[]): void => void v.differences.push(told(what, e, of));

  const byCall = new Map<string, Line[]>();
  for (const line of lines) {
    if (line.callId === null) differs('a line without a call id', undefined, [line]);
    else byCall.set(line.callId, [...(byCall.get(line.callId) ?? []), line]);
  }
  const ids = new Set<string>();
  const names = new Set<string>();
  for (const e of events) {
    const of = byCall.get(e.id) ?? [];
    if (ids.has(e.id)) differs('two events of one id', e, of);
    if (e.user !== null && names.has(e.user)) differs('two events of one call', e, of);
    ids.add(e.id);
    names.add(e.user ?? '');
    if (of.length > 1) v.severalAttempts++;
    compare(e, of);
  }
  for (const [id, of] of byCall) if (!ids.has(id)) differs('a line without an event', undefined, of);
  for (const name of o.answered) if (!names.has(name)) v.differences.push(`an answer without an event: ${name}`);
  return v;

  function compare(e: UsageEvent, of: readonly Line[]): void {
    const invoice = of.reduce((sum, l) => sum + Number(l.nanoUsd), 0);
    const add = (to: Side): void => {
      to.calls++;
      to.ledger += e.cost ?? 0;
      to.invoice += invoice;
    };
    if (e.status === 'lost') {
      add(v.lost);
      v.bounds += e.cost ?? 0;
      if (e.cost === null || e.usageSource !== 'bound' || e.inputTokens !== null) return differs('a lost call without its bound', e, of);
      if (invoice > e.cost) differs('a lost call above its bound', e, of);
      return;
    }
    const left = e.status === 'aborted';
    if (!left && of.every((l) => l.exactKnown)) {
      add(v.exact);
      if (e.cost !== invoice) differs('not equal', e, of);
      else if (of.length === 0 && (e.status === 'ok' || e.status === 'truncated')) differs('an answer without a line', e, of);
      return;
    }
    const bound = o.bound(e);
    v.bounds += bound;
    add(e.cost === null ? v.unknown : v.estimated);
    if (invoice > bound || (e.cost ?? 0) > bound) return differs(`above its bound of ${bound}`, e, of);
    if (e.cost === null && !(left && e.httpStatus === null)) differs('unknown although an answer had begun', e, of);
    // figures of the provider from a stream that says in every frame what was used: less by the frames on their way
    if (e.usageSource === 'provider' && (e.cost ?? 0) > invoice) differs('more than the provider charges', e, of);
  }
}

function told(what: string, e: UsageEvent | undefined, of: readonly Line[]): string {
  const event = e
    ? `${e.id} ${e.user} ${e.operation}${e.stream ? ' stream' : ''} ${e.modelId} ${e.status} ${e.httpStatus} ${e.usageSource} cost ${e.cost}` +
      ` in ${e.inputTokens}/${e.cacheReadTokens}/${e.cacheWrite5mTokens}/${e.cacheWrite1hTokens} out ${e.outputTokens}/${e.reasoningTokens} tries ${e.tries.map((t) => `${t.deployment} ${t.outcome} ${t.httpStatus}`).join(', ')}`
    : 'no event';
  const lines = of.map(
    (l) =>
      `${l.callId} ${l.operation}${l.stream ? ' stream' : ''} ${l.model} ${l.outcome} ${l.httpStatus}${l.exactKnown ? ' exact' : ''} ${l.nanoUsd} ${Object.values(l.tokens).join('/')} told ${l.told ? Object.values(l.told).join('/') : '-'}`,
  );
  return `${what}: ${event} | ${lines.join(' ; ') || 'no line'}`;
}
