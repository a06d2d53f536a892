import type { z } from 'zod';
import { HubError } from '#core/shared/problem.js';
import type { Ctx } from '#core/shared/scope.js';

const TIMEOUT_MS = 2_000;

/**
 * Questions to the gateway about what it does and sees, under the key of the parts. A gateway that is away, too slow or of
 * another version is `unavailable`; what it refuses is told in its words. Of several gateways the one at this address answers.
 */
export class GatewayClient {
  private readonly url: string;
  private readonly internalKey: string;
  constructor(o: { url: string; internalKey: string }) {
    this.url = o.url.replace(/\/+$/, '');
    this.internalKey = o.internalKey;
  }

  /** @param path below `/internal/` @param o.scope whose view it is; the caller's own unless told */
  async ask<S extends z.ZodType>(
    ctx: Ctx,
    path: string,
    question: object,
    answer: S,
    o: { scope?: string | undefined; timeoutMs?: number } = {},
  ): Promise<z.output<S>> {
    const { status, text } = await this.post(ctx, path, question, o.scope ?? ctx.scope, o.timeoutMs ?? TIMEOUT_MS);
    const body = parsed(text);
    if (status !== 200) throw refused(status, body);
    const read = answer.safeParse(body);
    if (!read.success)
      throw new HubError('unavailable', 'The gateway answers in a form that this API does not know; are both of the same version?', {
        retryAfter: 5,
        cause: read.error,
      });
    return read.data;
  }

  private async post(
    ctx: Ctx,
    path: string,
    question: object,
    scope: string,
    timeoutMs: number,
  ): Promise<{ status: number; text: string }> {
    try {
      const r = await fetch(`${this.url}/internal/${path}`, {
        method: 'POST',
        redirect: 'error',
        headers: {
          authorization: `Bearer ${this.internalKey}`,
          'content-type': 'application/json',
          'x-modelhub-tenant': ctx.tenant,
          'x-modelhub-scope': scope,
        },
        body: JSON.stringify(question),
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: r.status, text: await r.text() };
    } catch (e) {
      throw new HubError('unavailable', `The gateway does not answer within ${timeoutMs / 1000} s; it may be starting.`, {
        retryAfter: 2,
        cause: e,
      });
    }
  }
}

/** `error` of the gateway's own refusals, in the form of OpenAI's errors. */
function refused(status: number, body: unknown): HubError {
  const error = (body as { error?: { code?: unknown; message?: unknown; param?: unknown } } | undefined)?.error;
  const message = typeof error?.message === 'string' ? error.message : `The gateway answered ${status}.`;
  if (status === 404 && error?.code === 'model_not_found')
    return new HubError('not-found', message, { errors: [{ path: 'request.model', message }] });
  if (status === 400 && typeof error?.code === 'string') {
    const path = typeof error.param === 'string' ? `request.${error.param}` : 'request';
    return new HubError('unprocessable', message, { errors: [{ path, message }] });
  }
  return new HubError('unavailable', `The gateway does not answer this: ${message}`, { retryAfter: 5 });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // no JSON: its status, or the schema, says what is wrong
  }
}
