import { useNow } from './clock.js';
import { exactTime, timeText } from './time-text.js';

/** Relative, with the exact time on hover. Seconds are counted only while they matter. */
export function Time({ iso }: { iso: string }) {
  const at = Date.parse(iso);
  const young = Math.abs(Date.now() - at) < 90_000;
  const now = useNow(young ? 1000 : 30_000);
  return (
    <time dateTime={iso} title={exactTime(iso)} className="amh-num">
      {timeText(iso, now)}
    </time>
  );
}
