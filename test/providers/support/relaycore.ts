import { startWire } from './wire.js';
import { claimsOf } from './token.js';

/** How the next call goes; `committed` is charged and answered by 500 all the same. */
export type RelayCoreFault =
  | 'none'
  | 'anthropic'
  | 'cached'
  | 'noUsage'
  | 'committed'
  | 'limited'
  | 'lacksContent'
  | 'notSuccess'
  | 'page'
  | 'flat';

/** RelayCore (auterity-systems 1.2, 1.3), as its wire shows it: it takes a prompt, ignores preferences, and estimates cost. */
export async function startRelayCore(secret: string) {
  let fault: RelayCoreFault = 'none';
  let providersUp = true;
  let charged = 0;
  const wire = await startWire(({ method, url, headers, body }) => {
    if (url === '/health')
      return { status: 200, json: { status: 'healthy', service: 'relaycore', version: '1.0.0', uptime: 5, environment: 'test' } };
    const claims = claimsOf(headers.authorization, secret);
    if (headers.authorization === undefined)
      return { status: 401, json: { success: false, error: { message: 'Access token required', code: 'MISSING_TOKEN' } } };
    if (!claims?.['id'] || !claims['username'] || !claims['role'])
      return { status: 401, json: { success: false, error: { message: 'Invalid or expired token', code: 'INVALID_TOKEN' } } };
    if (url === '/api/v1/models')
      return providersUp
        ? {
            status: 200,
            json: { success: true, data: [{ id: 'openai-gpt-3.5-turbo', name: 'gpt-3.5-turbo', provider: 'openai', available: true }] },
          }
        : { status: 500, json: { success: false, error: { message: 'Converting circular structure to JSON' } } };
    if (method !== 'POST' || url !== '/api/v1/ai/chat') return { status: 404, json: { success: false, error: { message: 'Not found' } } };
    if (fault === 'limited')
      return {
        status: 429,
        headers: { 'retry-after': '60', 'x-ratelimit-remaining': '0' },
        json: { success: false, error: { message: 'Too many requests', code: 'RATE_LIMIT_EXCEEDED', retryAfter: 60 } },
      };
    if (fault === 'page') return { status: 504, text: '<html>upstream timed out</html>' };
    charged++;
    if (fault === 'committed')
      return { status: 500, json: { success: false, error: { message: 'Internal server error', request_id: 'r1' } } };
    if (fault === 'flat') return { status: 400, json: { error: 'Validation failed', message: 'prompt is required' } };
    const usage = {
      none: { prompt_tokens: 12, completion_tokens: 7, total_tokens: 19, prompt_tokens_details: { cached_tokens: 4 } },
      anthropic: { input_tokens: 10, output_tokens: 7, cache_read_input_tokens: 4, cache_creation_input_tokens: 2 },
    }[fault === 'anthropic' ? 'anthropic' : 'none'];
    const data = {
      id: `ai_${charged}`,
      content: `You said: ${(body as { prompt: string }).prompt}`,
      model_used: 'gpt-3.5-turbo',
      provider: fault === 'anthropic' ? 'anthropic' : 'openai',
      cost: fault === 'cached' ? 0 : 0.002,
      latency: 120,
      confidence: 0.8,
      metadata: fault === 'noUsage' ? {} : { usage, ...(fault === 'cached' ? { fromCache: true, cacheId: 'c1' } : {}) },
      timestamp: '2025-08-05T10:00:00.000Z',
    };
    const routing_info = {
      selected_provider: 'openai',
      selected_model: 'gpt-3.5-turbo',
      cost_estimate: 0.002,
      reasoning: 'Steering engine error',
    };
    if (fault === 'lacksContent') return { status: 200, json: { success: true, data: { ...data, content: undefined }, routing_info } };
    if (fault === 'notSuccess') return { status: 200, json: { success: false, data, routing_info } };
    return { status: 200, json: { success: true, data, routing_info } };
  });
  return {
    ...wire,
    set: (next: RelayCoreFault) => void (fault = next),
    providersUp: (up: boolean) => void (providersUp = up),
    charged: () => charged,
  };
}
