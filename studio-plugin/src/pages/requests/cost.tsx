import type { UsageEvent } from '#core/metric/schema.js';
import { exactMoney, moneyText } from '../../kit/money.js';
import { count } from '../../kit/numbers.js';
import { noCost, noTokens, tokensOf } from './event-texts.js';

/** What a call cost, the most that a lost one can have cost, or why nobody knows. */
export function Cost({ event: e }: { event: UsageEvent }) {
  if (e.cost !== null) {
    const atMost = e.usageSource === 'bound';
    return <span title={`${atMost ? 'at most ' : ''}${exactMoney(e.cost)}`}>{`${atMost ? '≤ ' : ''}${moneyText(e.cost)}`}</span>;
  }
  const { word, reason } = noCost(e);
  return (
    <span className="amh-muted" title={reason}>
      {word}
      <span className="amh-hidden">: {reason}</span>
    </span>
  );
}
export function TokenCount({ event: e, side }: { event: UsageEvent; side: 'input' | 'output' }) {
  const n = tokensOf(e, side);
  if (n !== null)
    return (
      <span
        title={e.usageSource === 'estimated' ? 'estimated by the gateway' : undefined}
      >{`${e.usageSource === 'estimated' ? '≈ ' : ''}${count(n)}`}</span>
    );
  return (
    <span className="amh-muted" title={noTokens(e)}>
      no data<span className="amh-hidden">: {noTokens(e)}</span>
    </span>
  );
}
