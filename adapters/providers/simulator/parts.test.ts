import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { askOf } from './ask.js';
import { draw } from './draw.js';
import { CHARGED, DEFAULT_PRICES, Invoice, NOTHING, type PriceRow } from './invoice.js';
import { faultAt, FAULTS, Profiles } from './profile.js';
import { elementsOf, membersOf } from './scan.js';

describe('the scan of a body', () => {
  it('finds every member where JSON.parse finds it, however it is written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, '\t', '\r\n'), (object, space) => {
        const body = Buffer.from(JSON.stringify(object, null, space));
        const found = [...(membersOf(body) ?? [])].map(([name, [from, to]]) => [
          name,
          JSON.parse(body.toString('utf8', from, to)) as unknown,
        ]);
        expect(found).toEqual(Object.entries(JSON.parse(body.toString()) as object));
      }),
    );
  });
  it('does not take a name inside a text or a nested object for a member', () => {
    const body = Buffer.from(String.raw`{"messages":[{"content":"\"stream\":true,\\","stream":true}],"model":"m"}`);
    expect(askOf('chat', body)).toMatchObject({ model: 'm', stream: false });
  });
  it.each(['', '[]', '{', '{"a"', '{"a":', '{"a":1', '{"a":1,}x', '{"a" 1}', '{"a":"x}', '"x"', '{a:1}'])('refuses %j', (text) =>
    expect(membersOf(Buffer.from(text))).toBeUndefined(),
  );
  it('counts the elements of a list', () => {
    const count = (text: string) => elementsOf(Buffer.from(text), [0, text.length]);
    expect([count('[]'), count('[ ]'), count('["a,b"]'), count('[ "a" , [1,2], {"x":[]} ]'), count('"text"')]).toEqual([0, 0, 1, 3, 1]);
  });
});

describe('a request', () => {
  const ask = (value: object) => askOf('chat', Buffer.from(JSON.stringify(value)));
  const messages = [{ role: 'user', content: 'x' }];
  it('counts what the model reads, whatever a gateway adds to it', () => {
    const plain = ask({ model: 'a', messages });
    const spliced = ask({ temperature: 1, model: 'another-name', messages, max_tokens: 5, user: 'u' });
    expect(plain).toMatchObject({ inputBytes: JSON.stringify(messages).length });
    expect(spliced).toMatchObject({ inputBytes: JSON.stringify(messages).length });
  });
  it.each([
    [{ messages }, 'model'],
    [{ model: 'm' }, 'nothing to read'],
    [{ model: 'm', messages, max_tokens: 0 }, 'limit'],
    [{ model: 'm', messages, n: 0 }, '"n"'],
  ])('says what is wrong with %j', (value, why) => expect(ask(value)).toContain(why));
});

describe('the arithmetic of the invoice', () => {
  const price = fc
    .tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 9_999_999 }), fc.integer({ min: 0, max: 7 }))
    .map(([whole, fraction, digits]) => (digits === 0 ? `${whole}` : `${whole}.${String(fraction).padStart(7, '0').slice(0, digits)}`));
  const row = fc.record(Object.fromEntries(CHARGED.map((c) => [c, price])) as Record<(typeof CHARGED)[number], typeof price>);
  const tokens = fc.record(
    Object.fromEntries(CHARGED.map((c) => [c, fc.integer({ min: 0, max: 2_000_000 })])) as Record<
      (typeof CHARGED)[number],
      fc.Arbitrary<number>
    >,
  );
  /** The same by another way: everything in 1e-7 dollars a million tokens, long division, remainder looked at by hand. */
  const byHand = (r: Record<string, string>, t: Record<string, number>): bigint => {
    let units = 0n;
    for (const c of CHARGED) {
      const [whole = '0', fraction = ''] = (r[c] ?? '0').split('.');
      units += BigInt(t[c] ?? 0) * (BigInt(whole) * 10_000_000n + BigInt(fraction.padEnd(7, '0')));
    }
    // tokens × (1e-7 USD / 1e6 tokens) = 1e-13 USD = 1e-4 nano-dollars
    const nano = units / 10_000n;
    return units % 10_000n >= 5_000n ? nano + 1n : nano;
  };
  it('is exact, and rounds once a call, half up', () => {
    fc.assert(
      fc.property(row, tokens, (r, t) => {
        expect(new Invoice({ '*': r }, 1).costOf('any', t)).toBe(byHand(r, t));
      }),
    );
  });
  it.each([
    ['3', 1, 3_000n],
    ['0.0005', 1, 1n], // half a nano-dollar
    ['0.0004', 1, 0n],
    ['0.0015', 1, 2n],
    ['0.15', 1_000_000, 150_000_000n],
  ])('%s dollars a million: %i tokens cost %i nano-dollars', (p, n, nano) => {
    const r = { ...DEFAULT_PRICES['*'], inputTokens: p } as Parameters<typeof byHand>[0];
    expect(new Invoice({ '*': r as never }, 1).costOf('m', { ...NOTHING, inputTokens: n })).toBe(nano);
  });
  it('keeps so many lines, and counts all in its totals', () => {
    const invoice = new Invoice(DEFAULT_PRICES, 2);
    const line = { callId: null, model: 'm', operation: 'chat', stream: false, httpStatus: 200, outcome: 'answered', told: null } as const;
    for (const exactKnown of [true, true, false]) invoice.add({ ...line, tokens: { ...NOTHING, inputTokens: 1 }, exactKnown });
    const report = invoice.report(1, 0);
    expect(report).toMatchObject({ linesDropped: 1, lines: [{ n: 1 }, { n: 2 }] });
    expect(report.totals).toMatchObject({
      all: { calls: 3, nanoUsd: '9000' },
      exactKnown: { calls: 2, nanoUsd: '6000' },
      notExactlyKnown: { calls: 1, nanoUsd: '3000' },
    });
  });
  it('refuses prices that are none', () => {
    expect(() => new Invoice({}, 1)).toThrow(/"\*"/);
    expect(() => new Invoice({ '*': { ...(DEFAULT_PRICES['*'] as PriceRow), outputTokens: '-1' } }, 1)).toThrow(/decimal/);
  });
});

describe('random numbers', () => {
  it('depend on the seed and spread over the whole range', () => {
    const values = Array.from({ length: 20_000 }, (_, i) => draw(7, i));
    expect(draw(7, 5)).toBe(values[5]);
    expect(draw(8, 5)).not.toBe(values[5]);
    const tenths = Array.from({ length: 10 }, (_, t) => values.filter((v) => Math.floor(v * 10) === t).length);
    for (const n of tenths) expect(Math.abs(n - 2_000)).toBeLessThan(200);
  });
  it('choose a fault as often as the profile says', () => {
    const profile = new Profiles({ x: { faults: { rateLimit: 0.1, cut: 0.2 } } }).of('x');
    const drawn = Array.from({ length: 20_000 }, (_, i) => faultAt(profile, draw(1, i)));
    const share = (fault: (typeof FAULTS)[number]) => drawn.filter((d) => d === fault).length / drawn.length;
    expect(share('rateLimit')).toBeCloseTo(0.1, 1);
    expect(share('cut')).toBeCloseTo(0.2, 1);
    expect(share('error')).toBe(0);
  });
});

describe('profiles', () => {
  it('change one member and keep the others; a faulty change changes nothing', () => {
    const profiles = new Profiles();
    profiles.change('m', { perTokenMs: 5 });
    profiles.change('m', { baseMs: 7 });
    expect(profiles.of('m')).toMatchObject({ perTokenMs: 5, baseMs: 7 });
    for (const patch of [{ baseMs: -1 }, { faults: { cut: 0.6, reset: 0.6 } }, { unknown: 1 }, { outputTokens: { min: 5, max: 2 } }])
      expect(() => profiles.change('m', patch)).toThrow();
    expect(profiles.of('m')).toMatchObject({ perTokenMs: 5, baseMs: 7, faults: {} });
    profiles.change('*', { baseMs: 1 });
    expect([profiles.of('anything').baseMs, profiles.of('m').baseMs]).toEqual([1, 7]);
  });
  it('has a model for each fault', () => {
    const profiles = new Profiles();
    for (const fault of FAULTS) expect(faultAt(profiles.of(`sim-${fault.toLowerCase()}`), 0.999)).toBe(fault);
  });
});
