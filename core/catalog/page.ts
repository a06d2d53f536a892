import { badField } from '../shared/problem.js';
import type { Entry } from './entry.js';
import type { Order, Place } from './order.js';

export interface Page<E> {
  items: E[];
  /** place of the last item when more follow */
  next?: { order: string; place: Place };
}

type Placed<E> = { entry: E; place: Place };

/** One page in an order: after a place (which stays right while data changes), or by number. */
export function pageOf<E extends Entry>(
  entries: readonly E[],
  order: Order,
  o: { page?: number | undefined; limit: number; after?: unknown },
): Page<E> {
  const after = o.after === undefined ? undefined : placeOf(order, o.after);
  const skip = after ? 0 : ((o.page ?? 1) - 1) * o.limit;
  const first = smallest(entries, order, skip + o.limit + 1, after);
  const slice = first.slice(skip, skip + o.limit);
  const last = slice.at(-1);
  const items = slice.map((p) => p.entry);
  return last && first.length > skip + o.limit ? { items, next: { order: order.name, place: last.place } } : { items };
}

/** The first `count` in order: sorting everything for one page would take longer than all else together. */
function smallest<E extends Entry>(entries: readonly E[], order: Order, count: number, after: Place | undefined): Placed<E>[] {
  const compare = (a: Placed<E>, b: Placed<E>): number => order.compare(a.place, b.place);
  let kept: Placed<E>[] = [];
  let bound: Place | undefined;
  for (const entry of entries) {
    const place = order.place(entry);
    if (after && order.compare(place, after) <= 0) continue;
    if (bound && order.compare(place, bound) >= 0) continue;
    kept.push({ entry, place });
    if (kept.length < 2 * count) continue;
    kept = kept.sort(compare).slice(0, count);
    bound = kept.at(-1)?.place;
  }
  return kept.sort(compare).slice(0, count);
}

function placeOf(order: Order, after: unknown): Place {
  const { order: name, place } = (after ?? {}) as { order?: unknown; place?: unknown };
  const valid =
    Array.isArray(place) && place.length > 1 && place.every((v) => v === null || typeof v === 'string' || typeof v === 'number');
  if (!valid) throw badField('cursor', 'use `next` of the previous answer');
  if (name !== order.name) throw badField('cursor', 'it belongs to another sort order; start again without it');
  return place as Place;
}
