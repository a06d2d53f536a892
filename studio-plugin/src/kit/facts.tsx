import type { ReactNode } from 'react';
import './facts.css';

export type Fact = readonly [label: string, value: ReactNode];

/** Label and value pairs; what nobody said is left out by the caller or said to be so. */
export function Facts({ items }: { items: readonly Fact[] }) {
  return (
    <dl className="amh-facts">
      {items.map(([label, value]) => (
        <div key={label} className="amh-fact">
          <dt className="amh-muted">{label}</dt>
          <dd className="amh-fact-value">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
