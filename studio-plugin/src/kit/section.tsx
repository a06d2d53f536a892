import { type ReactNode, useId } from 'react';
import './page.css';

export function Section({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="amh-section">
      <div className="amh-row amh-row-apart">
        <h2 id={id} className="amh-h2">
          {title}
        </h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
