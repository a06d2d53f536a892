import type { SECURITY_LEVELS } from '../catalog/schema.js';

type SecurityLevel = (typeof SECURITY_LEVELS)[number];

/** What one call asks of whoever takes it. */
export interface Needs {
  /** modalities of its messages, in the catalog's words: `text`, `image`, `pdf`, `audio`, `video` */
  input: readonly string[];
  tools: boolean;
  /** the answer must obey a JSON schema */
  structuredOutput: boolean;
  /** counted with a tokenizer, at most a few per cent off */
  inputTokens: number;
  /** what the caller allows; null when it states nothing */
  maxOutputTokens: number | null;
  /** only in these regions; absent: anywhere */
  regions?: readonly string[];
  /** only models at these levels; absent: any */
  securityLevels?: readonly SecurityLevel[];
}

/** What is known of a candidate. An empty list, a zero and a null all mean "not known", as in the catalog. */
export interface Facts {
  modalities: { input: readonly string[]; output: readonly string[] };
  capabilities: readonly string[];
  contextWindow: number;
  maxTokens: number;
  securityLevel: SecurityLevel | null;
  /** of the connection */
  region: string | null;
}

export const INELIGIBLE = [
  'region',
  'security-level',
  'modality',
  'tools',
  'structured-output',
  'context-length',
  'output-length',
] as const;
export interface Ineligible {
  code: (typeof INELIGIBLE)[number];
  message: string;
}

/** Answer length that is assumed while none was seen; the mean of the Azure conversation trace of 2023 is 211. */
export const TYPICAL_OUTPUT_TOKENS = 200;
/**
 * Output tokens that a call will probably give, to price and time all candidates of one choice alike. `usual` is `usualOutput` of
 * the candidates' health.
 */
export const expectedOutput = (needs: Pick<Needs, 'maxOutputTokens'>, usual: number | null): number =>
  Math.min(needs.maxOutputTokens ?? Number.POSITIVE_INFINITY, usual ?? TYPICAL_OUTPUT_TOKENS);

/**
 * Why this candidate cannot take the call; null when it can. An ability that is not known never excludes: a tenant's own model
 * without data passes. Region and security level are permissions and not abilities: under a restriction the unknown is excluded.
 * Structured output is not decided here, for half of the catalog does not say: see `withoutDeclared`.
 */
export function ineligible(needs: Needs, facts: Facts): Ineligible | null {
  const { regions, securityLevels } = needs;
  if (regions && (facts.region === null || !regions.includes(facts.region)))
    return { code: 'region', message: `its region is ${facts.region ?? 'not stated'}; allowed: ${regions.join(', ')}` };
  if (securityLevels && (facts.securityLevel === null || !securityLevels.includes(facts.securityLevel)))
    return {
      code: 'security-level',
      message: `its security level is ${facts.securityLevel ?? 'not stated'}; allowed: ${securityLevels.join(', ')}`,
    };
  const takes = facts.modalities.input;
  if (takes.length > 0)
    for (const modality of needs.input) if (!takes.includes(modality)) return { code: 'modality', message: `it does not take ${modality}` };
  if (needs.tools && facts.capabilities.length > 0 && !facts.capabilities.includes('tools'))
    return { code: 'tools', message: 'it has no tools' };
  const output = needs.maxOutputTokens ?? 1;
  if (facts.contextWindow > 0 && needs.inputTokens + output > facts.contextWindow)
    return {
      code: 'context-length',
      message: `${needs.inputTokens} tokens in and ${output} out are more than its context of ${facts.contextWindow}`,
    };
  if (facts.maxTokens > 0 && output > facts.maxTokens)
    return { code: 'output-length', message: `${output} tokens out are more than its ${facts.maxTokens}` };
  return null;
}

/**
 * Who stands aside when a call needs structured output. The catalog's sources state it for half of the models, so that silence is
 * no refusal: while somebody declares it, those who are silent stand aside; when nobody does, nobody is excluded.
 */
export function withoutDeclared<T extends { facts: Facts }>(candidates: readonly T[]): T[] {
  const silent = candidates.filter((c) => !c.facts.capabilities.includes('structured-output'));
  return silent.length === candidates.length ? [] : silent;
}
