import { exactMoney, moneyText } from '../../kit/money.js';

/** Dollars per million tokens. Unknown is said; a missing class of a priced model has no price of its own. */
export function Price({ nano, unpriced }: { nano: number | undefined; unpriced: boolean }) {
  if (unpriced) return <span className="amh-muted">unpriced</span>;
  if (nano === undefined) return <span className="amh-muted">not priced apart</span>;
  return <span title={`${exactMoney(nano)} per million tokens`}>{moneyText(nano)}</span>;
}
