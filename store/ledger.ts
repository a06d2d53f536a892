import { z } from 'zod';
import { type LedgerState, leaseMs, type Window } from '#core/limit/window.js';
import { collection } from './kit/collection.js';
import type { Store } from './kit/connect.js';

// the server adds int32 to a long above 2^31, and a long is a bigint here; amounts stay below 2^53
const count = z.union([z.number(), z.bigint()]).transform(Number);

/** One document per tenant and allowance; all gateways change it, each time by one guarded update. */
export const ledger = collection({
  name: 'ledger',
  writer: 'gateway',
  schema: z.object({
    at: count,
    spent: z.array(z.object({ bucket: count, amount: count })),
    leases: z.array(z.object({ id: z.string(), gateway: z.string(), seq: count, used: count, amount: count, expiresAt: count })),
    /** nothing in it counts any more */
    removeAt: z.date(),
  }),
  indexes: [{ key: { removeAt: 1 }, expireAfterSeconds: 0 }],
});

/** What a gateway says of its lease, and what more it would like. Amounts are integers below 2^53. */
export interface Exchange {
  tenant: string;
  allowance: string;
  limit: number;
  window: Window | null;
  lease: string;
  gateway: string;
  /** higher each time, also when the same is tried again: an exchange that comes late changes nothing */
  seq: number;
  /** all that was used since the lease began */
  used: number;
  /** of it, what an answer has confirmed: the base when the ledger has forgotten the lease */
  confirmed: number;
  /** still held, beyond what is used; kept whatever the limit says, because calls run on it */
  keep: number;
  /** calls wait for so much … */
  demand: number;
  /** … and less than this helps none of them; 0: nobody waits */
  least: number;
  /** in advance, so that the next calls need not ask: given from half of the remainder, shared by the gateways that hold a lease */
  advance: number;
}

/**
 * Takes, renews, settles and returns a lease, all by one atomic update of one document: moves what was used since the last
 * exchange to the current bucket, and sets the lease to `keep` and what the limit leaves for `demand` and `advance`. Spent +
 * open leases grow only within the limit; only `used` and `keep` beyond the former lease (a call that used more than it
 * reserved; slots of a gateway that was cut off) can stand above it. Times are the server's, and never go back. `demand` 0,
 * `advance` 0 and `keep` 0 give the lease back.
 * Throws `unavailable` when MongoDB cannot be reached.
 * @returns the allowance afterwards, and the size of this lease in it
 */
export async function exchangeLease(store: Store, x: Exchange): Promise<{ state: LedgerState; amount: number }> {
  const ctx = { tenant: x.tenant, scope: '', actor: x.gateway, requestId: '' };
  const open = ledger(store);
  const state = await open.change(ctx, x.allowance, stages(x)).catch((e: unknown) => {
    // two gateways made the document at once: now it is there
    if ((e as { code?: unknown }).code === 'conflict') return open.change(ctx, x.allowance, stages(x));
    throw e;
  });
  return { state, amount: state.leases.find((l) => l.id === x.lease)?.amount ?? 0 };
}

type Expression = Record<string, unknown>;
const sum = (of: string): Expression => ({ $sum: of });
const filter = (input: string, cond: Expression): Expression => ({ $filter: { input, cond } });
const bucket = (of: unknown, w: Window): Expression => ({ $floor: { $divide: [of, w.bucketMs] } });

/** The rules of core/limit/window.ts in the server's words. `mine`, `others`, … exist only within the update. */
function stages(x: Exchange): Expression[] {
  const { window } = x;
  const ttl = leaseMs(window);
  const oldest = window && bucket({ $subtract: ['$at', window.ms] }, window);
  const unexpired = { $gt: ['$$this.expiresAt', '$at'] };
  const counts = window
    ? { $or: [unexpired, { $and: [{ $gt: ['$$this.amount', 0] }, { $gte: [bucket('$$this.expiresAt', window), oldest] }] }] }
    : unexpired;
  const lease = { $literal: x.lease };
  return [
    { $set: { at: { $max: [{ $toDouble: '$$NOW' }, '$at'] }, spent: { $ifNull: ['$spent', []] }, leases: { $ifNull: ['$leases', []] } } },
    {
      $set: {
        mine: { $first: filter('$leases', { $eq: ['$$this.id', lease] }) },
        others: filter('$leases', { $and: [{ $ne: ['$$this.id', lease] }, counts] }),
        spent: window ? filter('$spent', { $gte: ['$$this.bucket', oldest] }) : [],
      },
    },
    { $set: { fresh: { $lt: [{ $ifNull: ['$mine.seq', 0] }, x.seq] } } },
    {
      $set: {
        more: { $max: [0, { $subtract: [x.used, { $ifNull: ['$mine.used', x.confirmed] }] }] },
        sharers: { $add: [1, { $size: filter('$others', { $gt: ['$$this.amount', 0] }) }] },
      },
    },
    { $set: { room: { $max: [0, { $subtract: [x.limit, { $add: [sum('$spent.amount'), sum('$others.amount'), '$more', x.keep] }] }] } } },
    {
      $set: {
        extra: {
          $cond: [
            { $lt: ['$room', x.least] },
            0,
            {
              $min: [
                '$room',
                { $max: [x.demand, { $min: [x.advance, { $floor: { $divide: ['$room', { $multiply: [2, '$sharers'] }] } }] }] },
              ],
            },
          ],
        },
      },
    },
    {
      $set: {
        ...(window ? { spent: { $cond: [{ $and: ['$fresh', { $gt: ['$more', 0] }] }, charged(window), '$spent'] } } : {}),
        leases: {
          $concatArrays: [
            '$others',
            {
              $cond: [
                '$fresh',
                [
                  {
                    ...{ id: lease, gateway: { $literal: x.gateway }, seq: x.seq, used: x.used },
                    ...{ amount: { $add: [x.keep, '$extra'] }, expiresAt: { $add: ['$at', ttl] } },
                  },
                ],
                ['$mine'],
              ],
            },
          ],
        },
        removeAt: { $add: [{ $toDate: { $toLong: '$at' } }, ttl + (window ? window.ms + window.bucketMs : 0)] },
      },
    },
    { $unset: ['mine', 'others', 'fresh', 'more', 'sharers', 'room', 'extra'] },
  ];
}

/** `spent` with `more` added to the current bucket. */
function charged(window: Window): Expression {
  const now = bucket('$at', window);
  const was = { $sum: { $map: { input: filter('$spent', { $eq: ['$$this.bucket', now] }), in: '$$this.amount' } } };
  return {
    $concatArrays: [filter('$spent', { $ne: ['$$this.bucket', now] }), [{ bucket: now, amount: { $add: [was, '$more'] } }]],
  };
}
