import { HubError } from '#core/shared/problem.js';

/** Where a page ended: the value of the sort field and the id, so that the next one goes on right after it. */
export const cursorOf = (last: Record<string, unknown>, field: string): string =>
  Buffer.from(JSON.stringify([last[field], last['_id']])).toString('base64url');

/** The filter for what comes after a cursor; throws for one that this server did not give out. */
export function after(cursor: string, field: string, direction: 1 | -1): Record<string, unknown> {
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    key = undefined;
  }
  if (!Array.isArray(key) || key.length !== 2 || typeof key[1] !== 'string' || (typeof key[0] === 'object' && key[0] !== null))
    throw new HubError('invalid-request', 'cursor: not one that this server gave out', {
      errors: [{ path: 'cursor', message: 'use `next` of the previous answer' }],
    });
  const op = direction === 1 ? '$gt' : '$lt';
  if (field === '_id') return { _id: { [op]: key[1] } };
  return { $or: [{ [field]: { [op]: key[0] } }, { [field]: { $eq: key[0] }, _id: { [op]: key[1] } }] };
}
