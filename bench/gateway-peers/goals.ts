/** What we hold ourselves to. A ratio to the floor or to Portkey of the same run, or CPU time: both outlive a change of machine. */
export interface Goal {
  text: string;
  /** the measured value; null when this run did not measure it */
  value: number | null;
  limit: number;
  /** whether the value must be at most or at least the limit */
  at: 'most' | 'least';
  unit: string;
}

export function goalLine(goal: Goal): string {
  const limit = `${goal.at === 'most' ? '≤' : '≥'} ${goal.limit} ${goal.unit}`.trim();
  if (goal.value === null || Number.isNaN(goal.value)) return `  not measured  ${goal.text}: goal ${limit}`;
  const reached = goal.at === 'most' ? goal.value <= goal.limit : goal.value >= goal.limit;
  return `  ${reached ? 'reached     ' : 'MISSED      '}  ${goal.text}: ${goal.value.toFixed(goal.limit < 1 ? 3 : 2)} ${goal.unit} (goal ${limit})`;
}
