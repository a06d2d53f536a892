/** End of a time axis that holds `lastMs`, and its ticks at 1, 2 or 5 × 10ⁿ: at most five beside 0. */
export function axisOf(lastMs: number): { end: number; ticks: number[] } {
  const end = Math.max(1, lastMs);
  const magnitude = 10 ** Math.floor(Math.log10(end / 5));
  const step = [1, 2, 5, 10].map((m) => m * magnitude).find((s) => end / s <= 5) ?? end;
  const ticks: number[] = [];
  for (let i = 0; i * step <= end; i++) ticks.push(i * step);
  return { end, ticks };
}
