/** Money is integer nano-dollars (1e-9 USD) as bigint; decimals exist only at the edges. */

/** Exact decimal text of an amount: 2_500_000_000n → '2.5'. */
export function dollarsText(nano: bigint): string {
  const abs = nano < 0n ? -nano : nano;
  const fraction = (abs % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
  return `${nano < 0n ? '-' : ''}${abs / 1_000_000_000n}${fraction && `.${fraction}`}`;
}
