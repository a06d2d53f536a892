/** Runs in the workflow sandbox: nothing but activities, the measure for what our workflow costs on top of them. */
import { proxyActivities } from '@temporalio/workflow';

export interface BareActivities {
  nothing(): Promise<void>;
}
const { nothing } = proxyActivities<BareActivities>({ startToCloseTimeout: '20s' });

/** @param groups how many activities run side by side, group after group */
export async function bare(groups: number[]): Promise<void> {
  for (const size of groups) await Promise.all(Array.from({ length: size }, () => nothing()));
}
