import type { ServerResponse } from 'node:http';
import { type Dialect, errorBodyFor } from '../dialects/errors.js';

export type RefusalType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'rate_limit_error'
  | 'upstream_error'
  | 'server_error';

/** A call that is answered by the gateway itself, in the error form of the caller's dialect. */
export class Refusal extends Error {
  readonly status: number;
  readonly type: RefusalType;
  readonly code: string;
  readonly headers: Record<string, string>;
  readonly param: string | null;
  /** refused by a limit: the event is marked so, and costs nothing */
  readonly limited: boolean;
  constructor(
    status: number,
    type: RefusalType,
    code: string,
    message: string,
    o: { headers?: Record<string, string>; param?: string; limited?: boolean } = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.type = type;
    this.code = code;
    this.headers = o.headers ?? {};
    this.param = o.param ?? null;
    this.limited = o.limited ?? false;
  }
  /** the same with more headers; its own win */
  with(headers: Record<string, string>): Refusal {
    const { status, type, code, message, param, limited } = this;
    return new Refusal(status, type, code, message, {
      headers: { ...headers, ...this.headers },
      limited,
      ...(param === null ? {} : { param }),
    });
  }
}

export const badRequest = (code: string, message: string, param?: string): Refusal =>
  new Refusal(400, 'invalid_request_error', code, message, param === undefined ? {} : { param });

/** In the error form of the caller's dialect. */
export function sendRefusal(res: ServerResponse, dialect: Dialect, e: Refusal, requestId: string): void {
  const { status, type, code, message, param, headers } = e;
  sendJson(res, status, errorBodyFor(dialect, { status, type, code, message, param, requestId }), {
    ...headers,
    'x-modelhub-request-id': requestId,
  });
}

export function sendJson(res: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers });
  res.end(body);
}
