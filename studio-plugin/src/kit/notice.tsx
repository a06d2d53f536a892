import type { ReactNode } from 'react';
import './notice.css';

const GLYPH = { info: '◌', warn: '▲', bad: '✕' };

export function Notice({
  tone,
  title,
  children,
  role,
}: {
  tone: 'info' | 'warn' | 'bad';
  title: string;
  children?: ReactNode;
  role?: 'alert' | 'status';
}) {
  return (
    <div className={`amh-notice amh-notice-${tone}`} role={role}>
      <p className="amh-notice-title">
        <span aria-hidden="true" className={`amh-status amh-status-${tone}`}>
          {GLYPH[tone]}
        </span>{' '}
        {title}
      </p>
      {children}
    </div>
  );
}
