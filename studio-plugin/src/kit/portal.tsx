import { createContext, type ReactNode, use } from 'react';

const Portal = createContext<HTMLElement | undefined>(undefined);

/** Where what floats is put: an `.amh-root` element outside of anything that clips, scales or zooms. */
export function PortalProvider({ container, children }: { container: HTMLElement; children: ReactNode }) {
  return <Portal value={container}>{children}</Portal>;
}
export const usePortal = (): HTMLElement | undefined => use(Portal);
