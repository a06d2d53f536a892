import { dollarsText } from '#core/shared/money.js';

const significant = new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'USD',
  maximumSignificantDigits: 4,
  minimumFractionDigits: 0,
});
const cents = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' });

/** Nano-dollars as text: enough digits to be non-zero, at most four significant ones below a cent. */
export function moneyText(nano: number): string {
  const dollars = nano / 1e9;
  if (nano !== 0 && Math.abs(dollars) < 1000 && nano % 10_000_000 !== 0) return significant.format(dollars);
  return cents.format(dollars);
}
/** Every digit, for the tooltip. */
export const exactMoney = (nano: number): string => `${dollarsText(BigInt(nano))} US dollars`;
