import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import compression from 'compression';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { HubError, toProblem } from '#core/shared/problem.js';
import { isUnavailable, toHubError } from '#store/kit/connect.js';
import { catalogRoutes } from './catalog/routes.js';
import { connectionRoutes } from './connection/routes.js';
import { deploymentRoutes } from './deployment/routes.js';
import type { ApiDeps } from './deps.js';
import { serveDocs } from './docs.js';
import { identityRoutes } from './identity/routes.js';
import { limitRoutes } from './limit/routes.js';
import { serveContracts } from './kit/route.js';
import type { LiveHub } from './live/hub.js';
import { serveLive } from './live/stream.js';
import { routingRoutes } from './routing/routes.js';
import { payloadRoutes } from './usage/payload.js';
import { usageRoutes } from './usage/routes.js';

const BODY_LIMIT = '1mb';

/** The whole control plane: API, description, live stream, pages. The same app in production and in tests. */
export function buildApp(deps: ApiDeps, live: LiveHub, log: (line: object) => void): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'extended');
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          'default-src': ["'self'"],
          // the playground calls models by the way that every caller takes
          'connect-src': ["'self'", new URL(deps.links.gateway).origin],
          'img-src': ["'self'", 'data:'],
          'style-src': ["'self'", "'unsafe-inline'"],
          'upgrade-insecure-requests': null,
        },
      },
      strictTransportSecurity: false,
    }),
  );
  app.use(function requestId(req: Request, res: Response, next: NextFunction) {
    res.locals['requestId'] = randomUUID();
    res.set('x-request-id', String(res.locals['requestId']));
    next();
  });
  app.get('/healthz', (_req, res) => void res.json({ ok: true }));
  app.get('/readyz', async function ready(_req: Request, res: Response) {
    if (!deps.store.db.db) throw new HubError('unavailable', 'The database does not answer yet.', { retryAfter: 1 });
    await deps.store.db.db.command({ ping: 1 });
    res.json({ ok: true });
  });
  serveLive(app, deps, live); // before compression, which would hold events back
  app.use(compression());
  app.use(express.json({ limit: BODY_LIMIT, strict: false }));
  serveDocs(app);
  serveContracts(app, deps, {
    ...catalogRoutes(deps),
    ...connectionRoutes(deps),
    ...deploymentRoutes(deps),
    ...identityRoutes(deps),
    ...limitRoutes(deps),
    ...routingRoutes(deps),
    ...usageRoutes(deps),
    ...payloadRoutes(deps),
  });
  app.use('/api', function unknownPath(req: Request) {
    throw new HubError('not-found', `There is no ${req.method} ${req.originalUrl.split('?')[0]}; /api/docs lists what there is.`);
  });
  if (deps.pagesDir) servePages(app, deps.pagesDir);
  app.use(function problem(error: unknown, req: Request, res: Response, next: NextFunction) {
    if (res.headersSent) return next(error);
    const known = normalise(error);
    if (known.code === 'internal' || (known.code === 'unavailable' && req.path !== '/readyz'))
      log({
        level: known.code === 'internal' ? 'error' : 'warn',
        message: known.message,
        path: req.path,
        requestId: res.locals['requestId'],
        error: String((error as Error).stack ?? error),
        cause: known.extras.cause instanceof Error ? known.extras.cause.message : undefined,
      });
    if (known.extras.retryAfter !== undefined) res.set('retry-after', String(known.extras.retryAfter));
    if (known.code === 'unauthenticated') res.set('www-authenticate', 'Bearer');
    res
      .status(known.status)
      .type('application/problem+json')
      .send(JSON.stringify(toProblem(known, String(res.locals['requestId']))));
  });
  return app;
}

function servePages(app: Express, dir: string): void {
  app.use('/assets', express.static(join(dir, 'assets'), { immutable: true, maxAge: '365d' }));
  app.use(express.static(dir, { index: false, maxAge: 0 }));
  app.get('/{*page}', (_req: Request, res: Response) => void res.sendFile(join(dir, 'index.html'), { cacheControl: false }));
}

function normalise(error: unknown): HubError {
  if (error instanceof HubError) return error;
  const e = error as { type?: string; status?: number; message?: string };
  if (e.type === 'entity.parse.failed') return new HubError('malformed-json', `The body is not valid JSON: ${e.message ?? ''}`);
  if (e.type === 'entity.too.large') return new HubError('too-large', `The body is larger than ${BODY_LIMIT}.`);
  if (e.type === 'charset.unsupported' || e.type === 'encoding.unsupported') return new HubError('wrong-content-type', String(e.message));
  if (e.status === 400) return new HubError('invalid-request', e.message ?? 'The request is not valid.'); // a path that cannot be decoded
  if (isUnavailable(error)) return toHubError(error) as HubError;
  return new HubError('internal', 'Something went wrong on our side; the request id helps us find it.');
}
