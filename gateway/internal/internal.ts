import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { checkQuestion, healthQuestion } from '#core/connection/schema.js';
import { explainQuestion } from '#core/routing/explain/schema.js';
import { readBody } from '../http/body.js';
import { badRequest, Refusal, sendJson } from '../http/refusal.js';
import type { Deps } from '../pipeline/deps.js';
import { checkOne, connectionHealth } from './connections.js';
import { explain } from './explain.js';

/** What the other parts of the hub ask this gateway, by the internal key. Throws a `Refusal`. */
export async function internal(deps: Deps, req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
  if (path === '/metrics') {
    const { body, contentType } = await deps.metrics.text();
    res.writeHead(200, { 'content-type': contentType });
    res.end(body);
    return;
  }
  const answer = await answerOf(deps, req, path);
  sendJson(res, 200, JSON.stringify(answer));
}

async function answerOf(deps: Deps, req: IncomingMessage, path: string): Promise<unknown> {
  switch (path) {
    case '/internal/explain': {
      const { 'x-modelhub-tenant': tenant, 'x-modelhub-scope': scope } = req.headers;
      if (typeof tenant !== 'string') throw badRequest('internal_call', 'Name the tenant in x-modelhub-tenant.');
      return explain(deps, tenant, typeof scope === 'string' ? scope : '', await parsed(req, explainQuestion));
    }
    case '/internal/check-connection':
      return checkOne(deps, await parsed(req, checkQuestion));
    case '/internal/health':
      return connectionHealth(deps, await parsed(req, healthQuestion), Date.now());
    default:
      throw new Refusal(404, 'invalid_request_error', 'unknown_url', `There is no ${path.slice(0, 200)} here.`);
  }
}

async function parsed<T extends z.ZodType>(req: IncomingMessage, schema: T): Promise<z.output<T>> {
  const text = (await readBody(req)).toString();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw badRequest('malformed_json', 'The body is not JSON.');
  }
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw badRequest('invalid_question', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`, issue?.path.join('.'));
}
