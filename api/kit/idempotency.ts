import { createHash, randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { canonicalJson } from '#core/shared/canonical.js';
import { HubError } from '#core/shared/problem.js';
import type { Ctx } from '#core/shared/scope.js';
import { idempotencyRecords } from '#store/idempotency.js';
import type { Store } from '#store/kit/connect.js';
import type { Caller } from './authenticate.js';

/** A first attempt that has not answered for this long is taken for dead, and the repeat carries it out with its id. */
const STALE_MS = 30_000;

/**
 * With an Idempotency-Key: the first answer for a repeat, 422 for another body under the same key, 409 while the first is
 * still at work. The work gets a request id that all repeats share, so that what lies behind (workflow updates) can tell
 * a repeat too. Without a key: just the work, with an id of its own. Failures are not kept: they may be tried again.
 */
export async function once(
  store: Store,
  who: Caller,
  route: string,
  req: Request,
  res: Response,
  work: (requestId: string) => Promise<unknown>,
): Promise<unknown> {
  const key = req.get('idempotency-key');
  if (key === undefined) return await work(randomUUID());
  if (!/^[\x21-\x7e]{1,200}$/.test(key))
    throw new HubError('invalid-request', 'Idempotency-Key: use 1 to 200 printable characters without spaces', {
      errors: [{ path: 'Idempotency-Key', message: 'use 1 to 200 printable characters without spaces' }],
    });
  const ctx: Ctx = { tenant: who.tenant, scope: '', actor: who.keyId, requestId: '' };
  const id = `${who.keyId}:${createHash('sha256').update(key).digest('hex')}`;
  const digest = createHash('sha256')
    .update(`${route}\n${canonicalJson(req.body ?? null)}`)
    .digest('hex');
  const records = idempotencyRecords(store);
  const now = new Date();
  const fresh = { id, digest, status: 0, body: '', requestId: `${who.keyId}:${key}`, createdAt: now };
  const first = await records.insert(ctx, fresh).then(
    () => true,
    (e: unknown) => {
      if (e instanceof HubError && e.code === 'conflict') return false;
      throw e;
    },
  );
  if (!first) {
    const stored = await records.get(ctx, id);
    if (stored.digest !== digest)
      throw new HubError('idempotency-mismatch', 'This Idempotency-Key was used with another request; use a new key for a new request.');
    if (stored.status !== 0) {
      res.set('idempotency-replayed', 'true');
      return JSON.parse(stored.body);
    }
    const taken = await records.update(ctx, id, { createdAt: now }, { status: 0, createdAt: { $lt: new Date(now.getTime() - STALE_MS) } });
    if (!taken)
      throw new HubError('conflict', 'The first request with this Idempotency-Key is still at work; ask again shortly.', { retryAfter: 1 });
  }
  try {
    const answer = await work(fresh.requestId);
    await records.update(ctx, id, { status: 200, body: JSON.stringify(answer) });
    return answer;
  } catch (e) {
    // unknown fate (503): keep the record, so that the repeat goes on with the same request id after a moment
    const unknown = e instanceof HubError && e.code === 'unavailable';
    await (unknown ? records.update(ctx, id, { createdAt: new Date(now.getTime() - STALE_MS) }) : records.remove(ctx, id)).catch(
      () => undefined,
    );
    throw e;
  }
}
