import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Operation } from '#adapters/providers/provider.js';
import { NO_TOKENS } from '#core/metric/tokens.js';
import { retryRules } from '#core/routing/schema.js';
import { countTokens } from '../dialects/count-tokens.js';
import { readBody } from '../http/body.js';
import { badRequest, Refusal, sendJson } from '../http/refusal.js';
import { JournalRefused } from '../journal/writer.js';
import { errorText } from '../log.js';
import { Attempts } from './attempts.js';
import type { Deps } from './deps.js';
import { identify } from './identify.js';
import { CallLimits } from './limits.js';
import { Overhead } from './overhead.js';
import { parseCall, type ParsedCall } from './parse.js';
import { planCall } from './plan.js';
import { type CallFacts, CallRecord, UNANSWERED } from './record.js';
import { providerOfTarget } from './targets.js';

const DEFAULT_RETRY = retryRules.parse({});

/** One model call: identify, parse, plan, admit, then attempts until one answers. Throws a `Refusal` before the first byte. */
export async function modelCall(deps: Deps, req: IncomingMessage, res: ServerResponse, operation: Operation, id: string): Promise<void> {
  const startedAt = performance.now();
  const overhead = new Overhead(startedAt);
  const caller = identify(deps, req.headers, Date.now());
  const beforeBody = performance.now();
  const body = await readBody(req);
  overhead.waits(performance.now() - beforeBody);
  const parsed = parseCall(body);
  const plan = planCall(deps, { caller, parsed, operation, headers: req.headers, random: Math.random });
  const facts: CallFacts = {
    caller,
    operation,
    startedAt,
    id,
    stream: parsed.stream,
    policy: plan.policy?.name ?? null,
    user: caller.said.user ?? parsed.user,
    trace: deps.traces.begin(req.headers['traceparent']),
    path: (req.url ?? '').split('?', 1)[0] as string,
  };
  const record = new CallRecord(deps, facts, plan.first);
  deps.payloads.watch(res, parsed.body, record, plan.choices);
  const limits = new CallLimits(deps, facts, parsed);
  const attempts = new Attempts({
    deps,
    req,
    res,
    facts,
    parsed,
    record,
    limits,
    overhead,
    choices: plan.choices,
    retry: plan.policy?.retry ?? DEFAULT_RETRY,
    deadline: startedAt + Math.min(timeoutOf(req), plan.policy?.timeoutMs ?? Number.POSITIVE_INFINITY),
    hedgeAfterMs: plan.policy?.hedgeAfterMs,
  });
  try {
    if (plan.choices.length === 0) throw plan.nothing();
    const admitted = limits.admit(plan.first);
    const denied = admitted instanceof Promise ? await admitted : admitted;
    if (denied) throw denied;
    if (operation === 'countTokens' && providerOfTarget(deps, plan.first)?.paths.countTokens === undefined)
      await countHere(res, parsed, record, attempts, limits);
    else await attempts.run();
  } catch (e) {
    const refusal = e instanceof JournalRefused ? unjournalled(e) : e;
    const limited = refusal instanceof Refusal && refusal.limited;
    record.end({
      ...UNANSWERED,
      status: limited ? 'limited' : refusal instanceof Refusal && record.tries.length === 0 ? 'refused' : 'error',
      httpStatus: refusal instanceof Refusal ? refusal.status : 500,
      error: errorText(refusal),
      overheadMs: overhead.ms,
      routeReason: attempts.routeReason,
    });
    throw refusal instanceof Refusal ? refusal.with({ ...attempts.said(), ...limits.headers() }) : refusal;
  } finally {
    limits.end(0); // what was answered is settled already
  }
}

/** `x-modelhub-timeout-ms`, from the start of the call; Infinity when the caller sets none. Throws a `Refusal`. */
function timeoutOf(req: IncomingMessage): number {
  const text = req.headers['x-modelhub-timeout-ms'];
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const ms = Number(text);
  if (Number.isFinite(ms) && ms >= 1) return ms;
  throw badRequest('invalid_timeout', 'x-modelhub-timeout-ms must be a number of milliseconds, 1 or more.', 'x-modelhub-timeout-ms');
}

/** The provider cannot count tokens: we do, and say that it is an estimate. */
async function countHere(
  res: ServerResponse,
  parsed: ParsedCall,
  record: CallRecord,
  attempts: Attempts,
  limits: CallLimits,
): Promise<void> {
  const grant = await limits.reserve(record.target);
  if (grant instanceof Refusal) throw grant;
  grant.settle({ tokens: 0 });
  const answer = await countTokens(JSON.parse(parsed.body.toString()) as Record<string, unknown>);
  record.end({
    ...UNANSWERED,
    ...{ status: 'ok', httpStatus: 200, error: null, overheadMs: null, routeReason: 'counted by the hub' },
    tokens: { ...NO_TOKENS, inputTokens: 0, outputTokens: 0 },
  });
  sendJson(res, 200, JSON.stringify(answer), { ...attempts.said(), ...limits.headers(), 'x-modelhub-estimated': 'true' });
}

const unjournalled = (e: JournalRefused): Refusal =>
  new Refusal(503, 'server_error', 'journal_unavailable', `The gateway takes no calls that it cannot record: ${e.message}.`, {
    headers: { 'retry-after': '2' },
  });
