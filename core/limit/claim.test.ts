import { describe, expect, it } from '@jest/globals';
import { type CallSubjects, claimsOf } from './claim.js';
import { type Limit, limitInput } from './schema.js';

const call: CallSubjects = {
  ...{ tenant: 'acme', environment: 'production', key: 'k1', user: 'ann', modelId: 'openai/gpt', deployment: 'chat', connection: 'main' },
};
const amounts = { requests: 1, tokens: 500, concurrency: 1 };
const limit = (o: Record<string, unknown>): Limit => ({
  ...limitInput.parse({ name: 'l', per: 'key', unit: 'requests', window: 'minute', amount: 10, ...o }),
  ...{ createdAt: 'x', updatedAt: 'x', updatedBy: 'x' },
});
const ids = (limits: Limit[], c = call, per = ['key', 'user', 'model', 'deployment', 'connection'] as const) =>
  claimsOf(limits, c, per, amounts).map((x) => x.allowance);

describe('claims', () => {
  it('name limit, unit, window and subject, so that each subject counts by itself', () => {
    const all = [
      limit({ name: 'a' }),
      limit({ name: 'b', per: 'user', unit: 'tokens', window: 'day' }),
      limit({ name: 'c', per: 'model', unit: 'concurrency', window: undefined }),
      limit({ name: 'd', per: 'deployment' }),
      limit({ name: 'e', per: 'connection' }),
    ];
    expect(ids(all)).toEqual([
      'a|requests|minute|key|k1',
      'b|tokens|day|user|ann',
      'c|concurrency|now|model|openai/gpt',
      'd|requests|minute|deployment|production/chat',
      'e|requests|minute|connection|main',
    ]);
    expect(claimsOf(all, call, ['user'], amounts)).toEqual([
      {
        ...{ tenant: 'acme', allowance: 'b|tokens|day|user|ann', name: 'b', unit: 'tokens', amount: 500, limit: 10 },
        ...{ windowMs: 86_400_000, whenStoreAway: 'closed' },
      },
    ]);
  });
  it('are made for the subjects that were asked, and only where the call has the subject', () => {
    const all = [limit({ name: 'a' }), limit({ name: 'b', per: 'user' }), limit({ name: 'c', per: 'connection' })];
    expect(claimsOf(all, call, ['connection'], amounts).map((c) => c.name)).toEqual(['c']);
    expect(ids(all, { ...call, user: null, connection: null })).toHaveLength(1);
  });
  it('respect match and environment; a deployment is matched by its name, but counts by environment', () => {
    expect(ids([limit({ match: 'k2' })])).toEqual([]);
    expect(ids([limit({ match: 'k1' })])).toHaveLength(1);
    expect(ids([limit({ environment: 'staging' })])).toEqual([]);
    const per = limit({ per: 'deployment', match: 'chat' });
    expect(ids([per])).not.toEqual(ids([per], { ...call, environment: 'staging' }));
  });
  it('cannot be made to meet another subject`s count by a name with separators', () => {
    const user = (u: string) => ids([limit({ per: 'user' })], { ...call, user: u })[0];
    expect(user('a|key|k1')).toBe('l|requests|minute|user|a|key|k1');
    expect(user('a|key|k1')).not.toBe(ids([limit({ per: 'key' })])[0]);
  });
  it('ask for nothing where the call uses nothing', () => {
    expect(claimsOf([limit({ unit: 'tokens' })], call, ['key'], { ...amounts, tokens: 0 })).toEqual([]);
  });
  it('are tightened by the factor, never below one, and only for dynamic limits', () => {
    const rule = { basedOn: 'usage', threshold: 1, factor: 0.5 };
    const of = (o: Record<string, unknown>, factor: number) => claimsOf([limit(o)], call, ['key'], amounts, () => factor)[0]?.limit;
    expect(of({ dynamic: [rule] }, 0.55)).toBe(5);
    expect(of({ dynamic: [rule], amount: 1 }, 0.01)).toBe(1);
    expect(of({}, 0.5)).toBe(10);
  });
});
