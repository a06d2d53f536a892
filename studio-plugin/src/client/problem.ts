import type { FieldError, ProblemCode, ProblemDocument } from '#core/shared/problem.js';
import { PROBLEMS } from '#core/shared/problem.js';

/** The API said no: carries the problem document (RFC 9457) of the answer. */
export class ProblemError extends Error {
  readonly problem: ProblemDocument;
  /** seconds after which a retry makes sense */
  readonly retryAfter: number | undefined;

  constructor(problem: ProblemDocument, retryAfter?: number) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
  get status(): number {
    return this.problem.status;
  }
  get code(): ProblemCode {
    return this.problem.code;
  }
  get detail(): string {
    return this.problem.detail;
  }
  get errors(): readonly FieldError[] {
    return this.problem.errors ?? [];
  }
  /** the resource as it is now, sent along with a stale state */
  get current(): unknown {
    return this.problem['current'];
  }
  /** verbs that are legal now */
  get legal(): readonly string[] {
    const legal = this.problem['legal'];
    return Array.isArray(legal) ? legal.filter((v): v is string => typeof v === 'string') : [];
  }
}

/** No answer came: network down, server gone. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super('The hub does not answer. Check that it runs and that this machine reaches it.', { cause });
    this.name = 'UnreachableError';
  }
}

/** An answer came that is not what the contract says: client and server are of different versions. */
export class AnswerError extends Error {
  constructor(operation: string, cause: unknown) {
    super(`The answer of ${operation} is not what this page expects. Reload the page; if it stays, the hub is of another version.`, {
      cause,
    });
    this.name = 'AnswerError';
  }
}

const isCode = (v: unknown): v is ProblemCode => typeof v === 'string' && v in PROBLEMS;

/** The problem of a failed answer; a proxy's HTML page becomes one too. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const seconds = Number(response.headers.get('retry-after'));
  const retryAfter = seconds > 0 ? seconds : undefined;
  const body: unknown = await response.json().catch(() => undefined);
  const doc = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const code = isCode(doc['code']) ? doc['code'] : codeOfStatus(response.status);
  const detail = typeof doc['detail'] === 'string' ? doc['detail'] : `The server answered ${response.status} ${response.statusText}`.trim();
  const problem: ProblemDocument = { type: 'about:blank', title: PROBLEMS[code][1], ...doc, status: response.status, code, detail };
  return new ProblemError(problem, retryAfter);
}

function codeOfStatus(status: number): ProblemCode {
  const known = (Object.keys(PROBLEMS) as ProblemCode[]).find((c) => PROBLEMS[c][0] === status);
  return known ?? (status === 502 || status === 504 ? 'unavailable' : 'internal');
}
