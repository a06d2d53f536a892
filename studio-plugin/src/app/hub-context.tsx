import { createContext, type ReactNode, use } from 'react';
import type { Hub } from './hub.js';

const HubContext = createContext<Hub | undefined>(undefined);

export function HubProvider({ hub, children }: { hub: Hub; children: ReactNode }) {
  return <HubContext value={hub}>{children}</HubContext>;
}
export function useHub(): Hub {
  const hub = use(HubContext);
  if (!hub) throw new Error('Put the hub pages into a <HubProvider hub={createHub()}>');
  return hub;
}
