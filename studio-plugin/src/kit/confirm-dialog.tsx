import type { ReactNode } from 'react';
import { Button } from './button.js';
import { Dialog } from './dialog.js';
import { ProblemNotice } from './problem-notice.js';

interface Props {
  open: boolean;
  title: string;
  /** names the object and the effect */
  text: string;
  action: string;
  busy: boolean;
  error?: unknown;
  onConfirm: () => void;
  onClose: () => void;
  /** further fields */
  children?: ReactNode;
  /** another way out, offered below the error */
  wayOut?: ReactNode;
}
export function ConfirmDialog({ open, title, text, action, busy, error, onConfirm, onClose, children, wayOut }: Props) {
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <p className="amh-text">{text}</p>
      {children}
      {error !== undefined && error !== null && <ProblemNotice error={error} />}
      {wayOut}
      <div className="amh-row amh-row-end">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" busy={busy} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
