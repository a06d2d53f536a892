import { useCall } from '../../app/use-call.js';

const EVERY_MS = 10_000;

/** What the gateway has seen behind a connection; read again while it is shown, for nothing tells of its changes. */
export const useHealth = (name: string) => useCall('connections.health', { params: { name } }, { refetchInterval: EVERY_MS });
