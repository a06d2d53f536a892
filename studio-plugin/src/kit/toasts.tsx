import { Toast } from '@base-ui/react/toast';
import type { ReactNode } from 'react';
import { usePortal } from './portal.js';
import './toasts.css';

/** Messages about what the user has just done; read out politely, reachable with F6. */
export function Toasts({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider limit={3} timeout={6000}>
      {children}
      <ToastViewport />
    </Toast.Provider>
  );
}

function ToastViewport() {
  const { toasts } = Toast.useToastManager();
  const container = usePortal();
  return (
    <Toast.Portal container={container}>
      <Toast.Viewport className="amh-toasts">
        {toasts.map((toast) => (
          <Toast.Root key={toast.id} toast={toast} className="amh-toast">
            <Toast.Content className="amh-row amh-row-apart">
              <Toast.Title className="amh-text" render={<p />} />
              <Toast.Close className="amh-button amh-button-quiet">Dismiss</Toast.Close>
            </Toast.Content>
          </Toast.Root>
        ))}
      </Toast.Viewport>
    </Toast.Portal>
  );
}
