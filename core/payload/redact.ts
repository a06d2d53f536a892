import { ibanLength, inCardRange, isCard, isIban, isIpv6 } from './checks.js';

interface Rule {
  /** what must be in the text for the pattern to be worth a try */
  hint?: string | RegExp;
  pattern: RegExp;
  replace: (match: string) => string;
}
const always = (token: string) => (): string => token;
const when = (holds: (match: string) => boolean, token: string) => (match: string) => (holds(match) ? token : match);
const digitsOf = (text: string): string => text.replace(/\D/g, '');
const digitsWithin = (min: number, max: number) => (match: string) => {
  const n = digitsOf(match).length;
  return n >= min && n <= max;
};

/** `[BASE64 n bytes]`, n as decoded. */
function base64(text: string): string {
  const data = text.slice(text.indexOf(',') + 1).replace(/=+$/, '');
  return `[BASE64 ${Math.floor((data.length * 3) / 4)} bytes]`;
}
const mixed = (s: string): boolean => /[a-z]/.test(s) && /[A-Z]/.test(s) && /\d/.test(s);

/** Cards in a run of digit groups; a card is whole groups, so that `7 4111 1111 1111 1111` is a seven and a card. */
function cards(run: string): string {
  let out = '';
  let from = 0;
  const isDigit = (i: number): boolean => i >= 0 && i < run.length && run[i] !== ' ' && run[i] !== '-';
  for (let i = 0; i < run.length; i++) {
    if (!isDigit(i) || isDigit(i - 1)) continue;
    let digits = '';
    for (let j = i; j < run.length && digits.length < 19; j++) {
      if (!isDigit(j)) continue;
      digits += run[j] as string;
      if (digits.length === 4 && !inCardRange(digits)) break;
      if (isDigit(j + 1) || !isCard(digits)) continue;
      out += `${run.slice(from, i)}[CARD]`;
      from = j + 1;
      i = j;
      break;
    }
  }
  return out + run.slice(from);
}

const IBAN = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}/g;
/** The country says how long an IBAN is; one may begin in the words after something that only begins like one. */
function ibans(text: string): string {
  let out = '';
  let from = 0;
  const pattern = new RegExp(IBAN);
  for (let m = pattern.exec(text); m; m = pattern.exec(text)) {
    const length = ibanLength(m[0].slice(0, 2)) ?? 0;
    let end = m.index;
    for (let n = 0; end < text.length && n < length; end++) if (text[end] !== ' ' && text[end] !== '-') n++;
    if (!/[A-Za-z0-9]/.test(text[end] ?? '') && isIban(text.slice(m.index, end).replace(/[ -]/g, ''))) {
      out += `${text.slice(from, m.index)}[IBAN]`;
      from = end;
      pattern.lastIndex = end;
    } else pattern.lastIndex = m.index + 4;
  }
  return out + text.slice(from);
}

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
/**
 * In the order of their use: what is long and certain first. Every repetition is bounded or cannot overlap with what follows
 * it, so that hostile text takes linear time.
 */
const RULES: readonly Rule[] = [
  {
    hint: ';base64,',
    pattern: /data:[\w.+-]{1,80}\/[\w.+-]{1,80}(?:;[\w.+-]{1,40}=[\w.+-]{1,80}){0,4};base64,[\w+/=-]*/g,
    replace: base64,
  },
  {
    hint: 'PRIVATE KEY-----',
    pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
    replace: always('[PRIVATE_KEY]'),
  },
  { hint: 'eyJ', pattern: /(?<![\w-])eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, replace: always('[JWT]') },
  {
    hint: /bearer|basic/i,
    pattern: /\b(?:bearer|basic)\s{1,4}[\w.~+/=-]{16,}/gi,
    replace: (m) => (/\d/.test(m) ? `${m.slice(0, m.search(/\s/))} [KEY]` : m),
  },
  {
    pattern:
      /(?<![A-Za-z0-9])(?:sk-[\w-]{12,}|(?:sk|pk|rk)_(?:live|test)_\w{8,}|mhk_[\w-]{8,}|(?:AKIA|ASIA)[A-Z0-9]{16}|gh[opusr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{10,}|AIza[\w-]{30,}|hf_[A-Za-z0-9]{20,}|gsk_[A-Za-z0-9]{20,})/g,
    replace: when((m) => /\d/.test(m), '[KEY]'),
  },
  { pattern: /(?<![\w+/-])[\w+/-]{64,}={0,2}/g, replace: (m) => (mixed(m) ? base64(m) : m) },
  {
    hint: '@',
    pattern: /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}._%+'-]+@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu,
    replace: always('[EMAIL]'),
  },
  { pattern: /[^]+/g, replace: ibans },
  { pattern: /(?<!\d)(?<!\d\.)\d(?:[ -]?\d){12,}/g, replace: cards },
  {
    pattern: /(?<![\w-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])/g,
    replace: always('[SSN]'),
  },
  { hint: '.', pattern: new RegExp(`(?<![\\w.])${OCTET}(?:\\.${OCTET}){3}(?!\\.?\\d)`, 'g'), replace: always('[IP]') },
  { hint: ':', pattern: /(?<![\w:.])[0-9a-f]{0,4}:[0-9a-f:]{1,39}(?:(?:\.\d{1,3}){3})?(?![\w:])/gi, replace: when(isIpv6, '[IP]') },
  // E.164: a plus and 7–15 digits; after 00 at least 10, because numbers are also padded with zeros
  {
    pattern: /(?<![\w+])(?:\+|00)[1-9](?:[ ./()-]{0,3}\d){6,14}(?!\d)/g,
    replace: when((m) => m.startsWith('+') || digitsOf(m).length >= 12, '[PHONE]'),
  },
  // North America: groups of 3, 3 and 4, held apart
  { pattern: /(?<![\w.-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?![\w-])/g, replace: always('[PHONE]') },
  // a national number with its leading zero and a separator
  {
    pattern: /(?<![\w.,:/-])\(?0[1-9]\d{1,4}\)?[ /-]{1,3}\d{2,}(?:[ -]\d{2,}){0,5}(?![\w-])/g,
    replace: when(digitsWithin(9, 12), '[PHONE]'),
  },
];

/** one of these is in all that any rule finds; most strings of a stream have none */
const ANYTHING = /[\d@]|;base64,|eyJ|PRIVATE KEY-----/;

/**
 * Text with personal data and secrets replaced by what they were (`[EMAIL]`, `[CARD]` …). Idempotent: a replacement can free
 * the edge of something that stood against it, so the rules run until they find nothing more.
 */
export function redactText(text: string): string {
  if (!ANYTHING.test(text)) return text;
  for (let now = text; ; ) {
    const next = once(now);
    if (next === now) return now;
    now = next;
  }
}
function once(text: string): string {
  let out = text;
  for (const { hint, pattern, replace } of RULES) {
    if (hint !== undefined && (typeof hint === 'string' ? !out.includes(hint) : !hint.test(out))) continue;
    out = out.replace(pattern, (match: string) => replace(match));
  }
  return out;
}
