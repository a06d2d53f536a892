import type { Explanation } from '#core/routing/explain/schema.js';
import { count } from '../../kit/numbers.js';

/** What the call asks of whoever takes it, in one line. */
export function needsText(n: NonNullable<Explanation['needs']>): string {
  return [
    `${n.input.length === 0 ? 'no' : n.input.join(' and ')} input of ${count(n.inputTokens)} ${n.inputTokens === 1 ? 'token' : 'tokens'}`,
    n.maxOutputTokens === null ? 'no bound on the answer' : `an answer of at most ${count(n.maxOutputTokens)} tokens`,
    ...(n.tools ? ['tools'] : []),
    ...(n.structuredOutput ? ['a JSON schema'] : []),
    ...(n.regions ? [`regions ${n.regions.join(', ')}`] : []),
    ...(n.securityLevels ? [`security levels ${n.securityLevels.join(', ')}`] : []),
  ].join('; ');
}
