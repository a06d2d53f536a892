import type { ModelDetail } from '#core/catalog/schema.js';
import { Empty } from '../../kit/empty.js';
import { short } from '../../kit/numbers.js';
import { Section } from '../../kit/section.js';
import { type Column, Table } from '../../kit/table.js';
import { dateText } from '../../kit/time-text.js';
import { Price } from '../catalog/price.js';

type Prices = ModelDetail['priceBook'][number]['prices'];
interface Row {
  from: string;
  above: number | undefined;
  prices: Prices;
}
const CLASSES = {
  input: 'Input',
  output: 'Output',
  cacheRead: 'Cache read',
  cacheWrite: 'Cache write',
  cacheWrite1h: 'Cache write, 1 h',
  inputAudio: 'Audio in',
  outputAudio: 'Audio out',
  reasoning: 'Reasoning',
} as const satisfies Record<keyof Prices, string>;

/** The price book: a row for each date and context size, a column for each class that is priced anywhere. */
export function ModelPrices({ model }: { model: ModelDetail }) {
  const rows: Row[] = model.priceBook.flatMap((entry) => [
    { from: entry.effectiveFrom, above: undefined, prices: entry.prices },
    ...(entry.tiers ?? []).map((t) => ({ from: entry.effectiveFrom, above: t.aboveContextTokens, prices: t.prices })),
  ]);
  const used = (Object.keys(CLASSES) as (keyof Prices)[]).filter((c) => rows.some((r) => r.prices[c] !== undefined));
  const columns: Column<Row>[] = [
    { key: 'from', label: 'From', cell: (r) => dateText(r.from) },
    { key: 'above', label: 'Context', cell: (r) => (r.above === undefined ? 'any' : `above ${short(r.above)}`) },
    ...used.map(
      (c): Column<Row> => ({
        key: c,
        label: `${CLASSES[c]} $/M`,
        align: 'right',
        cell: (r) => <Price nano={r.prices[c]} unpriced={false} />,
      }),
    ),
  ];
  return (
    <Section title="Prices">
      {used.length === 0 ? (
        <Empty kind="nothing-yet" title="This offering is unpriced">
          Nobody has published a price. It can be deployed; its cost cannot be told in advance.
        </Empty>
      ) : (
        <Table caption="Prices per million tokens" columns={columns} rows={rows} rowKey={(r) => `${r.from} ${r.above ?? 0}`} />
      )}
    </Section>
  );
}
