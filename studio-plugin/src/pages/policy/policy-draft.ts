import type { PolicyView } from '#core/routing/contract.js';
import type { AdaptiveWeights, routingPolicyInput, Strategy } from '#core/routing/schema.js';
import type { z } from 'zod';

export interface CandidateDraft {
  deployment: string;
  weight: string;
}
export interface RuleDraft {
  name: string;
  when: string;
  use: string[];
  /** '' is the policy's own */
  strategy: Strategy | '';
}
export interface FallbackDraft {
  deployment: string;
}
export type SecurityLevel = 'public' | 'internal' | 'restricted';

/** What the editor holds: numbers are text, because half a number is text. */
export interface PolicyDraft {
  name: string;
  environment: string;
  description: string;
  strategy: Strategy;
  candidates: CandidateDraft[];
  fallbacks: FallbackDraft[];
  rules: RuleDraft[];
  adaptive: Record<keyof AdaptiveWeights, string>;
  /** separated by commas; empty is any */
  regions: string;
  /** none is any */
  securityLevels: SecurityLevel[];
  maxAttempts: string;
  baseMs: string;
  maxMs: string;
  timeoutMs: string;
  hedgeAfterMs: string;
}
export const EMPTY_CANDIDATE: CandidateDraft = { deployment: '', weight: '1' };
export const EMPTY_RULE: RuleDraft = { name: '', when: '', use: [], strategy: '' };

export const emptyPolicy = (environment: string): PolicyDraft => ({
  ...{ name: '', environment, description: '', strategy: 'weighted', candidates: [EMPTY_CANDIDATE], fallbacks: [], rules: [] },
  adaptive: { latency: '1', cost: '1', errors: '1', headroom: '1' },
  ...{ regions: '', securityLevels: [], maxAttempts: '3', baseMs: '100', maxMs: '2000', timeoutMs: '', hedgeAfterMs: '' },
});

/** Text that is not a number becomes NaN, which the contract's schema refuses at its field. */
const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));
const optional = (key: 'timeoutMs' | 'hedgeAfterMs', text: string) => (text.trim() === '' ? {} : { [key]: Number(text) });

/** Whether the adaptive weights say anything: the policy or one of its rules is adaptive. */
export const isAdaptive = (d: PolicyDraft): boolean => d.strategy === 'adaptive' || d.rules.some((r) => r.strategy === 'adaptive');

/** Everything that can be named in a rule. */
export const usable = (d: PolicyDraft): string[] => [
  ...new Set([...d.candidates, ...d.fallbacks].map((c) => c.deployment.trim()).filter((n) => n !== '')),
];

export function inputOf(d: PolicyDraft): z.input<typeof routingPolicyInput> {
  const regions = d.regions
    .split(',')
    .map((r) => r.trim())
    .filter((r) => r !== '');
  return {
    name: d.name.trim(),
    environment: d.environment,
    description: d.description.trim(),
    strategy: d.strategy,
    candidates: d.candidates.map((c) => ({ deployment: c.deployment.trim(), weight: numberOf(c.weight) })),
    fallbacks: d.fallbacks.map((f) => f.deployment.trim()),
    rules: d.rules.map((r) => ({
      name: r.name.trim(),
      when: r.when.trim(),
      use: r.use,
      ...(r.strategy === '' ? {} : { strategy: r.strategy }),
    })),
    adaptive: {
      latency: numberOf(d.adaptive.latency),
      cost: numberOf(d.adaptive.cost),
      errors: numberOf(d.adaptive.errors),
      headroom: numberOf(d.adaptive.headroom),
    },
    ...(regions.length === 0 ? {} : { regions }),
    ...(d.securityLevels.length === 0 ? {} : { securityLevels: d.securityLevels }),
    retry: { maxAttempts: numberOf(d.maxAttempts), baseMs: numberOf(d.baseMs), maxMs: numberOf(d.maxMs) },
    ...optional('timeoutMs', d.timeoutMs),
    ...optional('hedgeAfterMs', d.hedgeAfterMs),
  };
}

export function draftOf(p: PolicyView): PolicyDraft {
  return {
    name: p.name,
    environment: p.environment,
    description: p.description,
    strategy: p.strategy,
    candidates: p.candidates.map((c) => ({ deployment: c.deployment, weight: String(c.weight) })),
    fallbacks: p.fallbacks.map((deployment) => ({ deployment })),
    rules: p.rules.map((r) => ({ name: r.name, when: r.when, use: r.use, strategy: r.strategy ?? '' })),
    adaptive: {
      latency: String(p.adaptive.latency),
      cost: String(p.adaptive.cost),
      errors: String(p.adaptive.errors),
      headroom: String(p.adaptive.headroom),
    },
    regions: (p.regions ?? []).join(', '),
    securityLevels: p.securityLevels ?? [],
    maxAttempts: String(p.retry.maxAttempts),
    baseMs: String(p.retry.baseMs),
    maxMs: String(p.retry.maxMs),
    timeoutMs: p.timeoutMs === undefined ? '' : String(p.timeoutMs),
    hedgeAfterMs: p.hedgeAfterMs === undefined ? '' : String(p.hedgeAfterMs),
  };
}
