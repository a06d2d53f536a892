import { useNow } from './clock.js';
import { durationText } from './time-text.js';

/** How long something took, or has been taking until now. */
export function Duration({ from, to }: { from: string; to?: string | undefined }) {
  const now = useNow(to === undefined ? 1000 : 3_600_000);
  const ms = (to === undefined ? now : Date.parse(to)) - Date.parse(from);
  return <span className="amh-num">{durationText(to === undefined ? Math.floor(Math.max(0, ms) / 1000) * 1000 : ms)}</span>;
}
