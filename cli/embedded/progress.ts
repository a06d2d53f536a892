/** Download progress: one line that moves on a terminal, a line at every quarter elsewhere. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Size of everything below a folder; files may go away while we look. */
export function folderSize(folder: string): number {
  let total = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      total += entry.isDirectory() ? folderSize(path) : statSync(path).size;
    }
  } catch {
    return total;
  }
  return total;
}

/** Shows how a download grows until the returned function is called. */
export function showProgress(what: string, bytes: number, sizeNow: () => number, out: NodeJS.WriteStream = process.stdout): () => void {
  const mb = (value: number): string => (value / 1e6).toFixed(0);
  let shown = -1;
  const show = (done: number): void => {
    const quarter = Math.floor((4 * done) / bytes);
    if (out.isTTY) out.write(`\r  ${what}: ${mb(done)} of ${mb(bytes)} MB `);
    else if (quarter > shown) out.write(`  ${what}: ${mb(done)} of ${mb(bytes)} MB\n`);
    shown = Math.max(shown, quarter);
  };
  show(0);
  const timer = setInterval(() => show(Math.min(bytes, sizeNow())), 500);
  return () => {
    clearInterval(timer);
    if (out.isTTY) out.write('\n');
  };
}
