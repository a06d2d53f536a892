/** What can go wrong, as a closed table: one code, one HTTP status, one title (RFC 9457). */
export const PROBLEMS = {
  'malformed-json': [400, 'The body is not valid JSON'],
  'invalid-request': [400, 'The request is not valid'],
  unauthenticated: [401, 'No valid credential'],
  forbidden: [403, 'Not permitted'],
  'not-found': [404, 'Not found'],
  'method-not-allowed': [405, 'Method not allowed'],
  conflict: [409, 'Conflict with the current state'],
  'stale-state': [409, 'The state has moved on'],
  'illegal-verb': [409, 'Not possible in the current phase'],
  'too-large': [413, 'The body is too large'],
  'wrong-content-type': [415, 'The content type is not supported'],
  'idempotency-mismatch': [422, 'Idempotency key used with another request'],
  unprocessable: [422, 'The request cannot be carried out'],
  internal: [500, 'Internal error'],
  unavailable: [503, 'Temporarily unavailable'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One faulty field: `path` as in `configuration.replicas`, `message` says what is wrong and what to do. */
export interface FieldError {
  path: string;
  message: string;
}

export interface ProblemExtras {
  errors?: FieldError[];
  /** seconds after which a retry makes sense; becomes Retry-After */
  retryAfter?: number;
  /** further members of the problem document, e.g. `current` (the view) or `legal` (verbs) */
  members?: Record<string, unknown>;
  cause?: unknown;
}

/** The one error type that edges turn into answers. Anything else that is thrown becomes `internal` without its text. */
export class HubError extends Error {
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;
  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'HubError';
    this.code = code;
    this.extras = extras;
  }
  get status(): number {
    return PROBLEMS[this.code][0];
  }
}

/** A bad field, as the error that edges understand. */
export const badField = (path: string, message: string): HubError =>
  new HubError('invalid-request', `${path}: ${message}`, { errors: [{ path, message }] });

export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance?: string;
  code: ProblemCode;
  errors?: FieldError[];
  [member: string]: unknown;
}

/** RFC 9457 document of an error; `instance` is the request id. */
export function toProblem(error: HubError, instance?: string): ProblemDocument {
  const [status, title] = PROBLEMS[error.code];
  return {
    type: `urn:modelhub:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    ...(instance === undefined ? {} : { instance }),
    ...(error.extras.errors ? { errors: error.extras.errors } : {}),
    ...error.extras.members,
  };
}
