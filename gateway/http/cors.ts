import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a page may read of an answer: what was chosen and what is left of the limits. */
const EXPOSED = [
  ...['request-id', 'deployment', 'revision', 'provider', 'model', 'attempts', 'route-reason', 'overhead-ms'].map((h) => `x-modelhub-${h}`),
  'retry-after',
  ...['limit', 'remaining', 'reset'].flatMap((f) => [`x-ratelimit-${f}-requests`, `x-ratelimit-${f}-tokens`]),
].join(', ');

/** The hub's own pages call the gateway from a browser; other origins get no leave. Keys are in headers, never in cookies. */
export function cors(allowed: ReadonlySet<string>, req: IncomingMessage, res: ServerResponse): void {
  const origin = req.headers.origin ?? '';
  res.setHeader('vary', 'origin');
  if (!allowed.has(origin)) return;
  res.setHeader('access-control-allow-origin', origin);
  res.setHeader('access-control-expose-headers', EXPOSED);
}
export function preflight(res: ServerResponse): void {
  if (res.hasHeader('access-control-allow-origin')) {
    res.setHeader('access-control-allow-methods', 'GET, POST');
    res.setHeader(
      'access-control-allow-headers',
      'authorization, content-type, x-modelhub-environment, x-modelhub-revision, x-modelhub-user',
    );
    res.setHeader('access-control-max-age', '600');
  }
  res.writeHead(204).end();
}
