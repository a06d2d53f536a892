import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UsageChunkFilter } from './usage-chunk.js';

const head = '"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o \\"choices\\":[]","system_fingerprint":null';
const text = (s: string): string =>
  `data: {${head},"choices":[{"index":0,"delta":{"content":${JSON.stringify(s)}},"finish_reason":null}],"usage":null}`;
const USAGE = `data: {${head},"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":3}}}`;
/** what must pass: each looks like the usage chunk in something */
const OTHERS = [
  text('hello'),
  text('"choices":[],"usage":{}'),
  // Azure opens streams so
  `data: {${head},"choices":[],"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}],"usage":null}`,
  `data: {"choices":[],"prompt_filter_results":[]}`,
  // usage together with the last text
  `data: {${head},"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}`,
  'data: {"x":{"choices":[],"usage":{}}}',
  'data: {"usage":{"prompt_tokens":1}}',
  'data: {}',
  'data: {"choices":[],"usage":{}} trailing',
  'data: {"choices":[],"usage":{}}\ndata: more',
  'data: {"error":{"message":"overloaded","choices":[]}}',
  'data: [DONE]',
  'data:',
  ': OPENROUTER PROCESSING',
  'event: ping\ndata: {"choices":[],"usage":{}}',
  '',
];
const REMOVED = [
  USAGE,
  USAGE.replace('data: ', 'data:'),
  'data: { "usage" : { "a" : "}\\"" } , "choices" : [ ] }',
  'data: {"choices":[],"usage":{}}',
];

function filtered(bytes: Buffer, sizes: readonly number[]): string {
  const filter = new UsageChunkFilter();
  const out: Buffer[] = [];
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] as number;
    out.push(filter.push(bytes.subarray(at, at + size)));
    at += size;
  }
  out.push(filter.end());
  return Buffer.concat(out).toString();
}

describe('UsageChunkFilter', () => {
  it('takes out the usage chunk and not another byte, in any cutting', () => {
    const frame = fc.oneof(
      fc.constantFrom(...OTHERS).map((f) => ({ f, removed: false })),
      fc.constantFrom(...REMOVED).map((f) => ({ f, removed: true })),
      fc.string({ unit: 'grapheme' }).map((s) => ({ f: text(s), removed: false })),
    );
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
        fc.boolean(),
        (frames, sizes, crlf) => {
          const end = crlf ? '\r\n' : '\n';
          const of = (list: typeof frames): string => list.map(({ f }) => f.replaceAll('\n', end) + end + end).join('');
          expect(filtered(Buffer.from(of(frames)), sizes)).toBe(of(frames.filter((f) => !f.removed)));
        },
      ),
      { numRuns: 400 },
    );
  });
  it.each(OTHERS)('passes %j at once when it comes whole', (frame) => {
    const bytes = Buffer.from(`${frame}\n\n`);
    expect(new UsageChunkFilter().push(bytes)).toBe(bytes);
  });
  it('holds a chunk with text no longer than to its first choice', () => {
    const filter = new UsageChunkFilter();
    const bytes = Buffer.from(text('hello'));
    const decided = bytes.indexOf('{"index"') + 1;
    expect(filter.push(bytes.subarray(0, decided - 1))).toHaveLength(0);
    expect(filter.atBoundary).toBe(true);
    expect(filter.push(bytes.subarray(decided - 1, decided)).toString()).toBe(bytes.subarray(0, decided).toString());
    expect(filter.atBoundary).toBe(false);
    expect(filter.push(bytes.subarray(decided, decided + 3))).toHaveLength(3);
  });
  it('holds nothing of what is no data line', () => {
    const filter = new UsageChunkFilter();
    expect(filter.push(Buffer.from(':')).toString()).toBe(':');
    expect(filter.push(Buffer.from(' keep-alive\n\nev')).toString()).toBe(' keep-alive\n\nev');
  });
  it('holds at most 8 kB', () => {
    const filter = new UsageChunkFilter();
    let held = 0;
    for (let sent = 0; sent < 20_000; sent += 100) {
      const got = filter.push(Buffer.from(sent === 0 ? 'data: {"choices":[],"x":"'.padEnd(100, 'y') : 'y'.repeat(100)));
      held += 100 - got.length;
      expect(held).toBeLessThanOrEqual(8 * 1024);
    }
    expect(held).toBe(0);
  });
  it('takes the chunk out at the end of a stream without its last line end, and gives back what only began like it', () => {
    const filter = new UsageChunkFilter();
    expect(filter.push(Buffer.from(`${text('a')}\n\n${USAGE}`)).toString()).toBe(`${text('a')}\n\n`);
    expect(filter.end()).toHaveLength(0);
    const cut = new UsageChunkFilter();
    cut.push(Buffer.from(USAGE.slice(0, -2)));
    expect(cut.end().toString()).toBe(USAGE.slice(0, -2));
  });
});
