import { Dialog as Base } from '@base-ui/react/dialog';
import { type ReactNode, useRef } from 'react';
import { usePortal } from './portal.js';
import './dialog.css';

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  wide?: boolean;
}
/** Modal with a heading; Esc and the close button leave it, focus goes back to where it came from. */
export function Dialog({ open, onClose, title, children, wide = false }: Props) {
  const container = usePortal();
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal container={container}>
        <Base.Backdrop className="amh-backdrop" />
        <Base.Popup
          ref={popup}
          className={`amh-dialog${wide ? ' amh-dialog-wide' : ''}`}
          // a form begins at its first field, not at the button that leaves it
          initialFocus={() => popup.current?.querySelector<HTMLElement>('input:enabled, select:enabled, textarea:enabled') ?? true}
        >
          <div className="amh-row amh-row-apart">
            <Base.Title className="amh-h2">{title}</Base.Title>
            <Base.Close className="amh-button amh-button-quiet">Close</Base.Close>
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
