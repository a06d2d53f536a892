import type { LiveState } from '../client/index.js';
import { Status } from '../kit/status.js';
import type { Shown } from '../kit/status-words.js';
import { useLiveState } from './use-live.js';

const SHOWN: Record<LiveState, Shown | undefined> = {
  idle: undefined,
  connecting: { name: 'rolling', word: 'connecting' },
  live: { name: 'live', word: 'live' },
  reconnecting: { name: 'degraded', word: 'reconnecting' },
  stale: { name: 'failed', word: 'stale' },
  paused: { name: 'paused', word: 'paused' },
};

/** Whether what is on the page is kept up to date. */
export function LiveChip() {
  const shown = SHOWN[useLiveState()];
  return (
    <span className="amh-live-chip amh-small" role="status">
      {shown && <Status {...shown} />}
    </span>
  );
}
