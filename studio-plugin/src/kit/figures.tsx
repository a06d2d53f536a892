import type { ReactNode } from 'react';
import './figures.css';

export interface Figure {
  label: string;
  value: ReactNode;
  /** unit, sample or reason, in muted below the value */
  note?: ReactNode;
}
/** The answer to the question people come with, in one row. */
export function Figures({ items }: { items: readonly Figure[] }) {
  return (
    <dl className="amh-figures">
      {items.map((f) => (
        <div key={f.label} className="amh-figure">
          <dt className="amh-figure-label">{f.label}</dt>
          <dd className="amh-figure-value amh-num">{f.value}</dd>
          {f.note !== undefined && <dd className="amh-figure-note">{f.note}</dd>}
        </div>
      ))}
    </dl>
  );
}
