import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Operation } from '#adapters/providers/provider.js';
import { retryRules } from '#core/routing/schema.js';
import { localCount } from '../dialects/count-tokens.js';
import { readBody } from '../http/body.js';
import { badRequest, Refusal, sendJson } from '../http/refusal.js';
import { JournalRefused } from '../journal/writer.js';
import { errorText } from '../log.js';
import { Attempts } from './attempts.js';
import type { Deps } from './deps.js';
import { type Caller, identify } from './identify.js';
import { CallLimits } from './limits.js';
import { Overhead } from './overhead.js';
import { parseCall, type ParsedCall } from './parse.js';
import { type Plan, planCall } from './plan.js';
import { type CallFacts, CallRecord, UNANSWERED } from './record.js';
import { targetOfName } from './targets.js';

const DEFAULT_RETRY = retryRules.parse({});

/** One model call: identify, parse, resolve, admit, plan, then attempts until one answers. Throws a `Refusal` before the first byte. */
export async function modelCall(deps: Deps, req: IncomingMessage, res: ServerResponse, operation: Operation): Promise<void> {
  const startedAt = performance.now();
  const overhead = new Overhead(startedAt);
  const caller = identify(deps, req.headers, Date.now());
  const beforeBody = performance.now();
  const body = await readBody(req);
  overhead.waits(performance.now() - beforeBody);
  const parsed = parseCall(body);
  const plan = planCall(deps, { caller, parsed, operation, headers: req.headers, random: Math.random });
  const facts: CallFacts = {
    id: `req_${randomBytes(16).toString('hex')}`,
    caller,
    operation,
    stream: parsed.stream,
    bodyBytes: body.length,
    policy: plan.policy?.name ?? null,
    user: caller.said.user ?? parsed.user,
    trace: deps.traces.begin(req.headers),
    startedAt,
  };
  const record = new CallRecord(deps, facts, plan.first);
  const limits = new CallLimits(deps, facts, parsed);
  const attempts = new Attempts({
    ...{ deps, req, res, facts, parsed, record, limits, overhead },
    choices: plan.choices,
    retry: plan.policy?.retry ?? DEFAULT_RETRY,
    deadline: deadlineOf(req, plan, startedAt),
    hedgeAfterMs: plan.policy?.hedgeAfterMs,
  });
  try {
    if (plan.choices.length === 0) throw plan.nothing;
    const denied = await limits.admit();
    if (denied) throw denied;
    if (operation === 'countTokens' && (await localCount(deps, res, plan.choices, parsed, facts))) return;
    await attempts.run();
  } catch (e) {
    const refusal = e instanceof JournalRefused ? unjournalled(e) : e;
    record.end({
      ...UNANSWERED,
      status: refusal instanceof Refusal && refusal.limited ? 'limited' : record.tries.length === 0 && refusal instanceof Refusal ? 'refused' : 'error',
      httpStatus: refusal instanceof Refusal ? refusal.status : 500,
      error: errorText(refusal),
      overheadMs: overhead.ms,
      routeReason: attempts.routeReason,
    });
    throw refusal instanceof Refusal ? refusal.withHeaders(attempts.said()) : refusal;
  } finally {
    limits.end(record.totalTokens);
  }
}
