import { startWire } from './wire.js';
import { claimsOf } from './token.js';

/** What goes wrong with the next inference. */
export type NeuroWeaverFault = 'none' | 'lacksResponse' | 'tokensAsText' | 'page' | 'failed' | 'invalid';

/**
 * NeuroWeaver at a035826 (auterity-systems 2.2), as its clients see it: FastAPI, which redirects a path without its slash by
 * 307; tokens by HS256 with `sub`; faults of validation as a list under `detail`.
 */
export async function startNeuroWeaver(secret: string) {
  let fault: NeuroWeaverFault = 'none';
  let calls = 0;
  const wire = await startWire(({ method, url, headers, body }) => {
    if (url === '/health') return { status: 200, json: { status: 'healthy', timestamp: '2025-08-05T10:00:00', service: 'neuroweaver' } };
    if (url === '/api/v1/inference' || url === '/api/v1/models') return { status: 307, headers: { location: `${url}/` } };
    if (!url.startsWith('/api/v1/models/') && url !== '/api/v1/inference/') return { status: 404, json: { detail: 'Not Found' } };
    if (claimsOf(headers.authorization, secret)?.['sub'] === undefined)
      return { status: 401, json: { detail: 'Could not validate credentials' }, headers: { 'www-authenticate': 'Bearer' } };
    if (method === 'GET' && url === '/api/v1/models/')
      return { status: 200, json: [{ id: 'service-advisor-v1', name: 'Service Advisor', status: 'deployed' }] };
    if (method !== 'POST' || url !== '/api/v1/inference/') return { status: 404, json: { detail: 'Not Found' } };
    calls++;
    const { prompt, model_id } = body as { prompt?: unknown; model_id?: unknown };
    if (fault === 'page') return { status: 502, text: '<html><h1>502 Bad Gateway</h1></html>' };
    if (fault === 'failed') return { status: 500, json: { detail: 'Inference failed: model is not deployed' } };
    if (fault === 'invalid' || typeof prompt !== 'string')
      return { status: 422, json: { detail: [{ loc: ['body', 'prompt'], msg: 'field required', type: 'value_error.missing' }] } };
    const answer = {
      request_id: `inf_${calls}`,
      model_id,
      model_name: 'Service Advisor',
      response: `Based on the information: ${prompt}`,
      tokens_used: 42,
      response_time_ms: 150.5,
      timestamp: '2025-08-05T10:00:00+00:00',
      confidence_score: 0.91,
    };
    if (fault === 'lacksResponse') return { status: 200, json: { ...answer, response: undefined } };
    return { status: 200, json: fault === 'tokensAsText' ? { ...answer, tokens_used: '42' } : answer };
  });
  return { ...wire, set: (next: NeuroWeaverFault) => void (fault = next), calls: () => calls };
}
