import { cpus, loadavg, release, totalmem } from 'node:os';

/** Nearest rank on a copy: the value below which `q` of all values lie. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

export const ms = (value: number): string => `${value.toFixed(1)} ms`;

/** `name   n 100   p50 … p95 … p99 … max …` */
export function row(name: string, values: readonly number[]): string {
  const figures = [0.5, 0.95, 0.99, 1].map((q) => `${q === 1 ? 'max' : `p${q * 100}`} ${ms(quantile(values, q)).padStart(9)}`);
  return `${name.padEnd(44)} n ${String(values.length).padStart(3)}   ${figures.join('   ')}`;
}

/** What the figures depend on. */
export function machine(): string {
  const load = loadavg()
    .map((n) => n.toFixed(2))
    .join(' ');
  return `Node ${process.version}, ${process.platform} ${release()}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? '?'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, load ${load}`;
}

export const say = (...lines: string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);
