import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_EVENT_BYTES, SseSplitter } from './sse.js';

function* cut(stream: string, sizes: readonly number[]): Generator<Buffer> {
  const bytes = Buffer.from(stream);
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] as number;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const STREAM =
  'event: a\r\ndata: {"t":"grüße 🧡 漢字"}\r\n\r\n: comment\n\ndata:one\ndata: two\n\nid: 7\nretry\ndata\n\nevent: empty\n\ndata: last\n';
const EXPECTED = [
  { event: 'a', data: '{"t":"grüße 🧡 漢字"}' },
  { event: null, data: 'one\ntwo' },
  { event: null, data: '' },
];

describe('SseSplitter', () => {
  it('finds the same events in any cutting of the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
        const sse = new SseSplitter();
        expect([...cut(STREAM, sizes)].flatMap((b) => sse.push(b))).toEqual(EXPECTED);
        expect(sse.end()).toEqual([{ event: null, data: 'last' }]);
      }),
    );
  });
  it('does not hold an endless event', () => {
    const sse = new SseSplitter();
    const push = (): void => {
      for (let held = 0; held <= MAX_EVENT_BYTES; held += 1024 * 1024) sse.push(Buffer.alloc(1024 * 1024, 'x'));
    };
    expect(push).toThrow('larger than');
    const lines = new SseSplitter();
    const line = Buffer.from(`data: ${'x'.repeat(1024 * 1024)}\n`);
    expect(() => Array.from({ length: 17 }, () => lines.push(line))).toThrow('larger than');
  });
  it('lets a long stream of small events pass', () => {
    const sse = new SseSplitter();
    const chunk = Buffer.from(`data: ${'x'.repeat(1024 * 1024)}\n\n`);
    for (let i = 0; i < 20; i++) expect(sse.push(chunk)).toHaveLength(1);
  });
});
