import type { ReactNode } from 'react';
import './notice.css';

/** Why there is nothing, and the one next step. */
export type EmptyKind = 'nothing-yet' | 'filtered-out' | 'no-permission' | 'error' | 'not-connected';
const GLYPH: Record<EmptyKind, string> = {
  'nothing-yet': '○',
  'filtered-out': '◌',
  'no-permission': '‖',
  error: '✕',
  'not-connected': '◌',
};

export function Empty({ kind, title, children, action }: { kind: EmptyKind; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="amh-empty" data-kind={kind}>
      <p className="amh-empty-title">
        <span aria-hidden="true">{GLYPH[kind]}</span> {title}
      </p>
      {children !== undefined && <p className="amh-text amh-muted">{children}</p>}
      {action !== undefined && <div className="amh-row">{action}</div>}
    </div>
  );
}
