import type { IncomingHttpHeaders } from 'node:http';
import type { CallMeta } from '#core/routing/condition.js';
import type { Needs } from '#core/routing/needs.js';
import { type CompiledRules, compileRules, firstRule } from '#core/routing/rules.js';
import type { KnownPolicy } from '../memory/state.js';
import type { PlanInput } from './plan.js';

const PREFIX = 'x-modelhub-meta-';
const compiled = new WeakMap<KnownPolicy, CompiledRules>();

/** The first rule that holds, and which could not be evaluated. Compiled once for as long as the policy's record lives. */
export function ruleFor(policy: KnownPolicy, meta: () => CallMeta): ReturnType<typeof firstRule> {
  if (policy.rules.length === 0) return { rule: null, problems: [] };
  let rules = compiled.get(policy);
  if (!rules) compiled.set(policy, (rules = compileRules(policy.rules)));
  return firstRule(rules, meta());
}

/** What conditions can ask about. */
export function metadataOf({ caller, parsed, operation, headers }: PlanInput, needs: Needs): CallMeta {
  return {
    model: parsed.model,
    user: caller.said.user ?? parsed.user ?? '',
    key: caller.key,
    environment: caller.environment,
    operation,
    stream: parsed.stream,
    inputTokens: needs.inputTokens,
    maxOutputTokens: needs.maxOutputTokens,
    tools: needs.tools,
    images: needs.input.includes('image'),
    headers: metaHeaders(headers),
    metadata: new Map(Object.entries(parsed.metadata())),
    at: Date.now(),
  };
}

function metaHeaders(headers: IncomingHttpHeaders): Map<string, string> {
  const found = new Map<string, string>();
  for (const name in headers) {
    const value = headers[name];
    if (name.startsWith(PREFIX) && typeof value === 'string') found.set(name.slice(PREFIX.length), value);
  }
  return found;
}
