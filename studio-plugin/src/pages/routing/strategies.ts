import type { Strategy } from '#core/routing/schema.js';

/** One line each; docs/guides/routing.md has the rest. */
export const STRATEGY_WORDS: Record<Strategy, { word: string; explanation: string }> = {
  weighted: { word: 'Weighted', explanation: 'Drawn by weight, then drawn again among the rest.' },
  priority: { word: 'Priority', explanation: 'As written: the first takes every call that it can take.' },
  'least-latency': { word: 'Least latency', explanation: 'Whoever needs the least time for a usual answer comes first.' },
  'lowest-cost': { word: 'Lowest cost', explanation: 'Whoever asks the least for this call comes first; unpriced ones come last.' },
  adaptive: {
    word: 'Adaptive',
    explanation: 'Latency, cost, failures and room under limits are weighed against each other, of two that are drawn.',
  },
};
