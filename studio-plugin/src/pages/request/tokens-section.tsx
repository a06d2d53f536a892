import type { UsageEvent } from '#core/metric/schema.js';
import type { TokenClass } from '#core/metric/tokens.js';
import { useCall } from '../../app/use-call.js';
import { exactMoney, moneyText } from '../../kit/money.js';
import { count } from '../../kit/numbers.js';
import { Section } from '../../kit/section.js';
import { type Column, Table } from '../../kit/table.js';
import { dateText } from '../../kit/time-text.js';
import { noTokens } from '../requests/event-texts.js';
import { ratesOf, type TokenRow, tokenRows } from './token-rows.js';

const WORDS: Record<TokenClass, string> = {
  inputTokens: 'Input',
  cacheReadTokens: 'Read from cache',
  cacheWrite5mTokens: 'Written to cache for 5 min',
  cacheWrite1hTokens: 'Written to cache for 1 h',
  outputTokens: 'Output',
  reasoningTokens: 'Reasoning',
  inputAudioTokens: 'Audio in',
  outputAudioTokens: 'Audio out',
  imageTokens: 'Images',
};
const none = (text: string) => <span className="amh-muted">{text}</span>;
const money = (nano: number) => <span title={exactMoney(nano)}>{moneyText(nano)}</span>;

/** What was counted, in classes that never overlap, and what each of them cost. */
export function TokensSection({ event: e }: { event: UsageEvent }) {
  const model = useCall(
    'models.get',
    { params: { id: e.modelId } },
    { enabled: e.priceVersion !== null && e.priceVersion !== 'flat', staleTime: 60_000 },
  );
  const rates = ratesOf(e, model.data?.priceBook);
  const columns: readonly Column<TokenRow>[] = [
    { key: 'class', label: 'Tokens', cell: (r) => WORDS[r.tokenClass] },
    { key: 'count', label: 'Count', align: 'right', cell: (r) => (r.tokens === null ? none('no data') : count(r.tokens)) },
    { key: 'price', label: 'Price $/M', align: 'right', cell: (r) => (r.price === null ? none('no data') : money(r.price)) },
    { key: 'cost', label: 'Cost', align: 'right', cell: (r) => (r.cost === null ? none('no data') : money(r.cost)) },
  ];
  return (
    <Section title="Tokens and cost">
      <p className="amh-text amh-small amh-muted">
        {sourceText(e)} {priceText(e, rates !== null, model.isPending)}
      </p>
      <Table caption="Tokens by class" columns={columns} rows={tokenRows(e, rates)} rowKey={(r) => r.tokenClass} />
    </Section>
  );
}

function sourceText(e: UsageEvent): string {
  if (e.inputTokens === null && e.outputTokens === null) return noTokens(e);
  return e.usageSource === 'estimated'
    ? 'Estimated by the gateway from what passed: the provider’s own figure never came.'
    : 'As the provider counted them.';
}
function priceText(e: UsageEvent, found: boolean, loading: boolean): string {
  if (e.priceVersion === null) return e.cost === 0 ? 'Nothing was charged.' : 'No price was in force.';
  if (e.priceVersion === 'flat') return 'Counted as the flat sum a call that is set for the deployment.';
  if (found) return `Prices in force since ${dateText(e.priceVersion)}.`;
  return loading
    ? 'Reading the price book.'
    : `The price book no longer has the prices of ${dateText(e.priceVersion)}, by which the call was priced.`;
}
