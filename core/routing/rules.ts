import { type CallMeta, compileCondition } from './condition.js';
import type { RoutingPolicy } from './schema.js';

type Rule = RoutingPolicy['rules'][number];
export interface CompiledRules {
  rules: { rule: Rule; test: (meta: CallMeta) => { holds: boolean; problem: string | null } }[];
  /** of rules whose text does not compile; the API refuses them, and the gateway passes over them */
  problems: { rule: string; message: string; position: number | null }[];
}

export function compileRules(rules: readonly Rule[]): CompiledRules {
  const compiled: CompiledRules = { rules: [], problems: [] };
  for (const rule of rules) {
    const condition = compileCondition(rule.when);
    if (condition.ok) compiled.rules.push({ rule, test: condition.test });
    else compiled.problems.push({ rule: rule.name, message: condition.message, position: condition.position });
  }
  return compiled;
}

/** The first rule that holds, or null; and what could not be evaluated on the way, as `rule: why`. */
export function firstRule(compiled: CompiledRules, meta: CallMeta): { rule: Rule | null; problems: string[] } {
  const problems: string[] = [];
  for (const { rule, test } of compiled.rules) {
    const { holds, problem } = test(meta);
    if (holds) return { rule, problems };
    if (problem !== null) problems.push(`${rule.name}: ${problem}`);
  }
  return { rule: null, problems };
}
