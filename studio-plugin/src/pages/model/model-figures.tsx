import type { ModelDetail } from '#core/catalog/schema.js';
import { type Figure, Figures } from '../../kit/figures.js';
import { count, millis, short } from '../../kit/numbers.js';
import { Price } from '../catalog/price.js';

/** What it costs, what it holds, how it does. */
export function ModelFigures({ model }: { model: ModelDetail }) {
  const unpriced = model.pricing === 'unpriced';
  const items: Figure[] = [
    {
      label: 'Input',
      value: <Price nano={model.prices?.input} unpriced={unpriced} />,
      note: unpriced ? 'nobody has published a price' : 'per million tokens',
    },
    {
      label: 'Output',
      value: <Price nano={model.prices?.output} unpriced={unpriced} />,
      note: unpriced ? 'nobody has published a price' : 'per million tokens',
    },
    {
      label: 'Context',
      value: model.contextWindow === 0 ? 'not said' : short(model.contextWindow),
      note: `${count(model.contextWindow)} tokens`,
    },
    {
      label: 'Longest answer',
      value: model.maxTokens === 0 ? 'not said' : short(model.maxTokens),
      note: `${count(model.maxTokens)} tokens`,
    },
    baseline(model.baselineMetrics),
  ];
  return <Figures items={items} />;
}

function baseline(b: ModelDetail['baselineMetrics']): Figure {
  if (b.state === 'absent') return { label: 'Measured latency', value: 'not measured yet', note: b.reason };
  return {
    label: 'Measured latency',
    value: millis(b.avgLatency),
    note: `average of n ${count(b.n)} calls, ${(b.successRate * 100).toFixed(1)} % succeeded`,
  };
}
