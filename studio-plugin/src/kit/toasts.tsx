import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { Button } from './button.js';
import { usePortal } from './portal.js';
import { ToastContext } from './use-toast.js';
import './toasts.css';

const MOST = 3;
const SHOWN_MS = 6000;
interface Toast {
  id: number;
  title: string;
}

/** Messages about what the user has just done; read out politely, reachable with F6, and staying while someone is at them. */
export function Toasts({ children }: { children: ReactNode }) {
  const container = usePortal();
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const [held, setHeld] = useState(false);
  const region = useRef<HTMLElement>(null);
  const last = useRef(0);
  const add = useCallback((title: string) => {
    last.current += 1;
    const toast = { id: last.current, title };
    setToasts((now) => [...now, toast].slice(-MOST));
  }, []);
  const drop = useCallback((id: number) => {
    setToasts((now) => now.filter((t) => t.id !== id));
    // what is taken away under pointer or focus tells nobody that they have left
    setHeld(false);
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'F6' || !region.current?.firstElementChild?.childElementCount) return;
      event.preventDefault();
      region.current.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <ToastContext value={add}>
      {children}
      {createPortal(
        <section
          ref={region}
          tabIndex={-1}
          aria-label="Messages"
          className="amh-toasts"
          onPointerEnter={() => setHeld(true)}
          onPointerLeave={() => setHeld(false)}
          onFocus={() => setHeld(true)}
          onBlur={() => setHeld(false)}
        >
          <div role="status" className="amh-stack">
            {toasts.map((toast) => (
              <ToastItem key={toast.id} toast={toast} held={held} onDrop={drop} />
            ))}
          </div>
        </section>,
        container ?? document.body,
      )}
    </ToastContext>
  );
}

function ToastItem({ toast, held, onDrop }: { toast: Toast; held: boolean; onDrop: (id: number) => void }) {
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => onDrop(toast.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [held, toast.id, onDrop]);
  return (
    <div className="amh-toast amh-row amh-row-apart">
      <p className="amh-text">{toast.title}</p>
      <Button look="quiet" onClick={() => onDrop(toast.id)}>
        Dismiss
      </Button>
    </div>
  );
}
