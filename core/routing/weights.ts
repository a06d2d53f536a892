/**
 * The entry that `point` (0 ≤ point < 1) falls on, each as likely as its weight; undefined when nothing has weight.
 * Pure: the caller brings the random number.
 */
export function pickByWeight<T extends { weight: number }>(entries: readonly T[], point: number): T | undefined {
  const total = entries.reduce((sum, e) => sum + e.weight, 0);
  let rest = point * total;
  let last: T | undefined;
  for (const e of entries) {
    if (e.weight <= 0) continue;
    if (rest < e.weight) return e;
    rest -= e.weight;
    last = e; // rounding may leave a crumb beyond the last entry
  }
  return last;
}
