import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isCard, isIban, isIpv6, luhn } from './checks.js';
import { redactJson } from './json.js';
import { cutUtf8, redactPart } from './part.js';
import { redactText } from './redact.js';
import { redactStream } from './stream.js';

const JWT = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U`; // RFC 7515, A.1, shortened
const B64 = 'aGVsbG8gd29ybGQgMTIzNDU2Nzg5MA'.repeat(4);

describe('what is found', () => {
  it.each([
    ['write to ann+work@example.co.uk.', 'write to [EMAIL].'],
    ["o'neil@büro.example and x@y.de", '[EMAIL] and [EMAIL]'],
    ['call +49 170 1234567 now', 'call [PHONE] now'],
    ['+1 (555) 555-0123', '[PHONE]'],
    ['0049 170 1234567', '[PHONE]'],
    ['(212) 555-0123 or 212-555-0123', '[PHONE] or [PHONE]'],
    ['0170 1234567', '[PHONE]'],
    // test numbers of the card networks
    ['4111 1111 1111 1111', '[CARD]'],
    ['No.5555555555554444, 378282246310005', 'No.[CARD], [CARD]'],
    ['7 4111-1111-1111-1111 12/30', '7 [CARD] 12/30'],
    // IBAN Registry, examples of Germany, the United Kingdom and Norway
    ['DE89 3704 0044 0532 0130 00 BIC', '[IBAN] BIC'],
    ['AB12 from GB29NWBK60161331926819', 'AB12 from [IBAN]'],
    ['no9386011117947', '[IBAN]'],
    // RFC 5737 and RFC 3849, addresses for documentation
    ['from 192.0.2.17:8080', 'from [IP]:8080'],
    ['2001:db8::8a2e:370:7334 and ::1', '[IP] and [IP]'],
    ['SSN 219-09-9999', 'SSN [SSN]'],
    ['key sk-ant-api03-AbCdEf123456 end', 'key [KEY] end'],
    ['sk-proj-abcdef123456, AKIAIOSFODNN7EXAMPLE', '[KEY], [KEY]'],
    ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', '[KEY]'],
    ['xoxb-123456789012-abcdef', '[KEY]'],
    [`mhk_${'a1'.repeat(24)}Z`, '[KEY]'],
    [`AIza${'Sy0_'.repeat(9)}`, '[KEY]'],
    ['Authorization: Bearer abcdef0123456789', 'Authorization: Bearer [KEY]'],
    [`token ${JWT}`, 'token [JWT]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIB\nAA==\n-----END RSA PRIVATE KEY-----', '[PRIVATE_KEY]'],
    ['data:image/png;base64,iVBORw0KGgo=', '[BASE64 8 bytes]'],
    [B64, `[BASE64 ${(B64.length * 3) / 4} bytes]`],
  ])('%s', (text, expected) => expect(redactText(text)).toBe(expected));
});

describe('what is left alone', () => {
  it.each([
    '4111 1111 1111 1112', // a wrong check digit
    '1753513200000 ms', // a time
    'DE88370400440532013000', // a wrong check
    'order 5551234567, took 1234567 ns',
    'version 1.2.3.4.5 and v1.2.3.4',
    '999.1.1.1',
    'at 12:30:45, std::vector, a::b',
    '000-12-3456 and 987-65-4321', // never given out as SSN
    'task-list-of-things, sk-short, scikit',
    'a bearer certificates of deposit',
    '2026-11-25T07:04:28+01:00',
    'f47ac10b-58cc-4372-a567-0e02b2c3d479',
    '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', // SHA-256
    'gpt-4o-2024-08-06, claude-3-5-sonnet-20241022',
    '@decorator, user@host',
    '-'.repeat(300),
    '',
  ])('%s', (text) => expect(redactText(text)).toBe(text));
});

describe('what is taken for more than it is, as the guide says', () => {
  it.each([
    ['part 0044 0532 0130', 'part [PHONE]'],
    ['release 1.2.3.4', 'release [IP]'],
  ])('%s', (text, expected) => expect(redactText(text)).toBe(expected));
});

describe('what is not found, as the guide says', () => {
  it.each(['Hi David Johnson', '12 Main Street', 'call 5551234567', 'password: hunter2', 'ann (at) example (dot) com'])('%s', (text) =>
    expect(redactText(text)).toBe(text),
  );
});

describe('the checks', () => {
  it('know a changed digit', () => {
    fc.assert(
      fc.property(fc.nat(15), fc.integer({ min: 1, max: 9 }), (i, by) => {
        const card = '4111111111111111';
        const digit = (Number(card[i]) + by) % 10;
        return !luhn(card.slice(0, i) + digit + card.slice(i + 1));
      }),
    );
    expect([isCard('41111111111'), isCard('0000000000000000'), isIban('DE89'), isIban('ZZ89370400440532013000')]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect([isIpv6('1:2:3:4:5:6:7:8'), isIpv6('::ffff:192.0.2.1'), isIpv6('1:2:3'), isIpv6('1::2::3')]).toEqual([true, true, false, false]);
  });
});

const FOUND = [
  'a@b.com',
  '+49 170 1234567',
  '4111 1111 1111 1111',
  'DE89370400440532013000',
  '192.0.2.1',
  '219-09-9999',
  'sk-abcdef123456',
  JWT,
  B64,
  '::1',
];
const pieces = fc.oneof(
  fc.constantFrom(...FOUND, ' ', '-', '.', ':', '0', '"', '\\', '[', 'Bearer ', 'eyJ', 'data:a/b;base64,'),
  fc.string({ maxLength: 4 }),
);
const text = fc.array(pieces, { maxLength: 12 }).map((p) => p.join(''));
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true, 4111111111111111),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value')),
  ),
})).value;

describe('redaction', () => {
  it('is idempotent', () => {
    fc.assert(
      fc.property(text, (t) => expect(redactText(redactText(t))).toBe(redactText(t))),
      { numRuns: 500 },
    );
  });
  it('leaves JSON that can be parsed, with the same keys, and is idempotent there', () => {
    const keys = (v: unknown): unknown =>
      Array.isArray(v) ? v.map(keys) : typeof v === 'object' && v !== null ? Object.entries(v).map(([k, x]) => [k, keys(x)]) : 0;
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2), (v, indent) => {
        const once = redactJson(JSON.stringify(v, null, indent));
        expect(keys(JSON.parse(once))).toEqual(keys(JSON.parse(JSON.stringify(v))));
        expect(redactJson(once)).toBe(once);
      }),
    );
  });
  it('of a stream is idempotent and leaves each event JSON', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), (parts) => {
        const once = redactStream(
          parts.map((content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`).join(''),
          false,
        );
        for (const line of once.split('\n')) if (line.startsWith('data:')) JSON.parse(line.slice(5));
        expect(redactStream(once, false)).toBe(once);
      }),
    );
  });
  it('finds nothing more when it is done: each value that is planted is gone', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FOUND.slice(0, 8)), fc.constantFrom('', 'see ', '\n', '(', '"', 'x='), (secret, before) => {
        expect(redactText(`${before}${secret} end`)).not.toContain(secret);
      }),
    );
  });
});

describe('JSON', () => {
  it('keeps its form, sees through escapes and doubled members, and knows a card that is a number', () => {
    const body =
      '{ "big": 12345678901234567890, "a@b.com": "x\\u0040y.com", "a": "m@n.org", "a": 1,\n "card": 4111111111111111, "at": 1753513200000 }';
    expect(redactJson(body)).toBe(
      '{ "big": 12345678901234567890, "a@b.com": "[EMAIL]", "a": "[EMAIL]", "a": 1,\n "card": "[CARD]", "at": 1753513200000 }',
    );
  });
  it('that is cut off loses the end that may be half of something', () => {
    expect(redactPart({ text: '{"a":"say x@y.com\\nmy card is 4111 1111 11', bytes: 900, cut: true }, 1000)).toEqual({
      text: '{"a":"say [EMAIL]\\nmy card is ',
      bytes: 900,
      truncated: true,
    });
    expect(redactJson('{"a":4111111111', true)).toBe('{"a":');
  });
  it('that is none is text', () => expect(redactJson('{oops a@b.com "')).toBe('{oops [EMAIL] "'));
});

describe('a stream', () => {
  const chat = (content: string, index = 0) => `data: ${JSON.stringify({ id: 'c1', choices: [{ index, delta: { content } }] })}\n\n`;
  it('is searched across its events, each answer by itself', () => {
    const clean = redactStream(
      `${chat('write to an')}${chat('n@exa')}${chat('4111', 1)}${chat('mple.com')}${chat(' 1111', 1)}data: [DONE]\n\n`,
      false,
    );
    expect(clean).toBe(`${chat('write to [EMAIL]')}${chat('')}${chat('4111', 1)}${chat('')}${chat(' 1111', 1)}data: [DONE]\n\n`);
  });
  it.each([
    [
      'Anthropic',
      (t: string) =>
        `event: content_block_delta\ndata: ${JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: t } })}\n\n`,
    ],
    [
      'tool input',
      (t: string) =>
        `data: ${JSON.stringify({ type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: t } })}\n\n`,
    ],
    [
      'Responses',
      (t: string) =>
        `data: ${JSON.stringify({ type: 'response.output_text.delta', item_id: 'm', output_index: 0, content_index: 0, delta: t })}\n\n`,
    ],
    [
      'tool calls',
      (t: string) =>
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: t } }] } }] })}\n\n`,
    ],
  ])('of %s too', (_name, event) => {
    expect(redactStream(`${event('a')}${event('@b.')}${event('com ')}`, false)).toBe(`${event('[EMAIL] ')}${event('')}${event('')}`);
  });
  it('that broke off loses its last word and its last half event', () => {
    expect(redactStream(`${chat('it is +49 170 12')}data: {"choi`, true)).toBe(`${chat('it is ')}`.slice(0, -1));
  });
});

describe('a cut', () => {
  it('comes after redaction, at whole characters', () => {
    const part = redactPart(
      { text: JSON.stringify({ image: `data:image/png;base64,${'A'.repeat(300)}`, text: 'ü'.repeat(50) }), bytes: 500, cut: false },
      60,
    );
    expect(part.text.startsWith('{"image":"[BASE64 225 bytes]"')).toBe(true);
    expect(part).toMatchObject({ bytes: 500, truncated: true });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (s, max) => {
        const kept = cutUtf8(s, max);
        expect(new TextEncoder().encode(kept).length).toBeLessThanOrEqual(max);
        expect(s.startsWith(kept)).toBe(true);
      }),
    );
  });
});
