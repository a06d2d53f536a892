/** Checks that tell a number which means something from one that only looks like it. */

/** Luhn's check digit (ISO/IEC 7812-1, annex B). @param digits nothing but digits */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const d = digits.charCodeAt(digits.length - 1 - i) - 48;
    sum += i % 2 === 0 ? d : d > 4 ? d * 2 - 9 : d * 2;
  }
  return sum % 10 === 0;
}

/** Ranges that payment cards are issued in: 2221–2720, 3…, 4…, 5…, 6… (ISO/IEC 7812-1). */
export function inCardRange(digits: string): boolean {
  const four = Number(digits.slice(0, 4));
  return (four >= 2221 && four <= 2720) || (four >= 3000 && four <= 6999);
}
/** 13–19 digits in such a range, with a right check digit. */
export const isCard = (digits: string): boolean => digits.length >= 13 && digits.length <= 19 && inCardRange(digits) && luhn(digits);

/** Length of an IBAN by country (SWIFT, IBAN Registry, ISO 13616). */
const IBAN_LENGTHS = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 ' +
    'GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 ' +
    'MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((s) => [s.slice(0, 2), Number(s.slice(2))]),
);

/** How many letters and digits an IBAN has that starts with this country; undefined where there are none. */
export const ibanLength = (country: string): number | undefined => IBAN_LENGTHS.get(country.toUpperCase());

/** ISO 7064 MOD 97-10 over the rotated number. @param iban letters and digits without spaces, either case */
export function isIban(iban: string): boolean {
  if (iban.length !== ibanLength(iban.slice(0, 2))) return false;
  let rest = 0;
  for (const c of (iban.slice(4) + iban.slice(0, 4)).toUpperCase()) {
    const value = Number.parseInt(c, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** IPv6 in full, or shortened with at least three groups, or the loopback; `a::b` of a program is not one. */
export function isIpv6(text: string): boolean {
  if (text === '::1') return true;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((h) => (h === '' ? [] : h.split(':')));
  const last = groups.at(-1) ?? '';
  const four = last.includes('.') ? (groups.pop(), 2) : 0;
  if (four > 0 && !/^\d{1,3}(?:\.\d{1,3}){3}$/.test(last)) return false;
  if (!groups.every((g) => /^[0-9a-f]{1,4}$/i.test(g)) || !/\d/.test(text)) return false;
  const n = groups.length + four;
  return halves.length === 2 ? n >= 3 && n <= 7 : n === 8;
}
