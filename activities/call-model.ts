import { request } from 'undici';
import { z } from 'zod';
import { HubError } from '#core/shared/problem.js';

export interface ModelCall {
  tenant: string;
  environment: string;
  deployment: string;
  /** pins the call to one revision, whatever the route's weights */
  revision: string;
  modelType: string;
  purpose: string;
}
export interface GatewayAccess {
  url: string;
  internalKey: string;
}

/** One small call through our own gateway, so that one path meters and limits. Returns how long it took, in ms. */
export async function callModel(gateway: GatewayAccess, call: ModelCall, signal: AbortSignal): Promise<number> {
  const embedding = call.modelType === 'embedding';
  const body = embedding
    ? { model: call.deployment, input: 'ping' }
    : { model: call.deployment, messages: [{ role: 'user', content: 'Answer with the word OK.' }] };
  const began = Date.now();
  let status: number;
  let text: string;
  try {
    const r = await request(`${gateway.url}/v1/${embedding ? 'embeddings' : 'chat/completions'}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${gateway.internalKey}`,
        'x-modelhub-tenant': call.tenant,
        'x-modelhub-environment': call.environment,
        'x-modelhub-revision': call.revision,
        'x-modelhub-purpose': call.purpose,
      },
      body: JSON.stringify(body),
      headersTimeout: 60_000,
      bodyTimeout: 60_000,
      signal,
    });
    status = r.statusCode;
    text = await r.body.text();
  } catch (e) {
    throw new HubError('unavailable', 'The gateway does not answer.', { cause: e });
  }
  if (status < 300) return Date.now() - began;
  const message = providerMessage(text) ?? text.slice(0, 400);
  throw new HubError(status === 429 || status >= 500 ? 'unavailable' : 'unprocessable', `The call was answered ${status}: ${message}`);
}

const errorShape = z.object({ error: z.object({ message: z.string() }) });
function providerMessage(text: string): string | undefined {
  try {
    return errorShape.parse(JSON.parse(text)).error.message;
  } catch {
    return undefined; // not the usual shape: the caller shows the raw text
  }
}
