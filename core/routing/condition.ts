import { type ASTNode, Environment } from '@marcbachmann/cel-js';

/** What a condition may ask about. */
export interface CallMeta {
  model: string;
  /** whom the caller says it acts for; empty when it does not */
  user: string;
  /** id of the API key */
  key: string;
  environment: string;
  /** `chat`, `completions`, `embeddings`, `messages` … */
  operation: string;
  stream: boolean;
  inputTokens: number;
  /** null when the caller states none; conditions see 0 */
  maxOutputTokens: number | null;
  tools: boolean;
  images: boolean;
  /** `x-modelhub-meta-*` without the prefix, lower case */
  headers: ReadonlyMap<string, string>;
  /** the request's own `metadata`, as far as its values are strings */
  metadata: ReadonlyMap<string, string>;
  /** ms since 1970, for `hour` and `weekday` in UTC */
  at: number;
}

export interface Verdict {
  holds: boolean;
  /** why it could not be evaluated; such a condition does not hold */
  problem: string | null;
}
export type Condition =
  | { ok: true; test: (meta: CallMeta) => Verdict }
  | { ok: false; message: string /** of the first character at fault, from 0 */; position: number | null };

export const LONGEST_CONDITION = 1000;
/**
 * The allowed functions. Not `matches`, whose patterns a hostile string can make run for minutes in JavaScript's engine, and no
 * macro but `has`, for loops in loops grow beyond any bound. So a condition's work is linear in its text and its inputs.
 */
const ALLOWED = new Set([
  ...['has', 'size', 'int', 'double', 'string', 'startsWith', 'endsWith', 'contains', 'lowerAscii', 'upperAscii', 'trim'],
  ...['orValue', 'hasValue'],
]);

const VARIABLES = {
  ...{ model: 'string', user: 'string', key: 'string', environment: 'string', operation: 'string', stream: 'bool' },
  ...{ inputTokens: 'int', maxOutputTokens: 'int', tools: 'bool', images: 'bool' },
  ...{ headers: 'map<string, string>', metadata: 'map<string, string>', hour: 'int', weekday: 'int' },
};
const language = Object.entries(VARIABLES).reduce(
  (env, [name, type]) => env.registerVariable(name, type),
  new Environment({
    enableOptionalTypes: true,
    limits: { maxAstNodes: 300, maxDepth: 40, maxListElements: 100, maxMapEntries: 20, maxCallArguments: 4 },
  }),
);

/** Parsed and type-checked, once, when a policy is saved or arrives; the language is in docs/guides/routing.md. Never throws. */
export function compileCondition(text: string): Condition {
  if (text.length > LONGEST_CONDITION)
    return { ok: false, message: `longer than ${LONGEST_CONDITION} characters`, position: LONGEST_CONDITION };
  try {
    const parsed = language.parse(text);
    const forbidden = forbiddenIn(parsed.ast);
    if (forbidden) return forbidden;
    const checked = parsed.check();
    if (!checked.valid) return faulty(checked.error);
    if (String(checked.type) !== 'bool')
      return { ok: false, message: `gives ${String(checked.type)}; a condition must give true or false`, position: 0 };
    return { ok: true, test: (meta) => evaluate(parsed, meta) };
  } catch (e) {
    return faulty(e);
  }
}

const HOLDS: Verdict = { holds: true, problem: null };
const FAILS: Verdict = { holds: false, problem: null };

function evaluate(parsed: (context: Record<string, unknown>) => unknown, meta: CallMeta): Verdict {
  try {
    return parsed(contextOf(meta)) === true ? HOLDS : FAILS;
  } catch (e) {
    return { holds: false, problem: faulty(e).message };
  }
}

/** CEL's int is a bigint here. */
const contextOf = (m: CallMeta): Record<string, unknown> => ({
  ...m,
  inputTokens: BigInt(m.inputTokens),
  maxOutputTokens: BigInt(m.maxOutputTokens ?? 0),
  hour: BigInt(Math.floor(m.at / 3_600_000) % 24),
  // 1970-01-01 was a Thursday; Monday is 1
  weekday: BigInt(((Math.floor(m.at / 86_400_000) + 3) % 7) + 1),
});

type Faulty = Extract<Condition, { ok: false }>;

/** CEL's errors carry a code, a one-line summary and a range; anything else, its message. */
function faulty(e: unknown): Faulty {
  const { summary, range } = e as { summary?: unknown; range?: { start?: unknown } };
  const position = typeof range?.start === 'number' ? range.start : null;
  return { ok: false, message: typeof summary === 'string' ? summary : e instanceof Error ? e.message : String(e), position };
}

function forbiddenIn(node: ASTNode): Faulty | null {
  if ((node.op === 'call' || node.op === 'rcall') && !ALLOWED.has(node.args[0]))
    return { ok: false, message: `the function ${node.args[0]} is not part of this language`, position: node.range.start };
  return childrenOf(node.args).reduce<Faulty | null>((found, child) => found ?? forbiddenIn(child), null);
}

/** Arguments are nodes, texts, and lists of either. */
function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : [];
}
