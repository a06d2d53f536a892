/** The steps of a rollout, in order. */
export const STEPS = ['validate', 'provision', 'warm', 'shift', 'promote', 'drain'] as const;
export type StepName = (typeof STEPS)[number];
