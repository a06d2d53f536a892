import type { Express, Request, Response } from 'express';
import type { Permission } from '#core/identity/permissions.js';
import { HubError } from '#core/shared/problem.js';
import { contains } from '#core/shared/scope.js';
import type { ApiDeps } from '../deps.js';
import { authenticate, type Caller } from '../kit/authenticate.js';
import type { LiveEvent, LiveHub } from './hub.js';

const BEAT_MS = 15_000;
/** A viewer that leaves this much unread is dropped alone. */
const MAX_UNREAD = 1_048_576;

const PERMISSIONS: ReadonlyMap<string, Permission> = new Map<string, Permission>([
  ['deployments', 'deployment:read'],
  ['catalog', 'catalog:read'],
  ['connections', 'connection:read'],
  ['routing', 'routing:read'],
  ['limits', 'limit:read'],
]);
const permissionOf = (topic: string): Permission | undefined =>
  topic.startsWith('deployment:') ? 'deployment:read' : PERMISSIONS.get(topic);

/** `GET /api/v1/live`: see core/shared/live.ts. */
export function serveLive(app: Express, deps: ApiDeps, hub: LiveHub): void {
  app.get('/api/v1/live', async function live(req: Request, res: Response) {
    const who = await authenticate(deps, req);
    const asked = req.query['topics'];
    const topics = (typeof asked === 'string' ? asked : 'deployments').split(',').filter((t) => t !== '');
    for (const t of topics) {
      const permission = permissionOf(t);
      if (!permission)
        throw new HubError('invalid-request', `topics: "${t}" is not a topic`, {
          errors: [{ path: 'topics', message: `"${t}" is not a topic` }],
        });
      if (!who.permissions.has(permission)) throw new HubError('forbidden', `The topic ${t} needs ${permission}.`);
    }
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    const send = (text: string): void => {
      res.write(text);
      if (res.writableLength > MAX_UNREAD) res.destroy();
    };
    const show = (e: LiveEvent | 'resync'): void => {
      if (e === 'resync') send(`id: ${hub.last()}\nevent: resync\ndata: {}\n\n`);
      else if (concerns(who, topics, e))
        send(`id: ${hub.epoch}-${e.n}\nevent: changed\ndata: ${JSON.stringify({ topic: e.topic, token: e.token })}\n\n`);
    };
    const last = req.get('last-event-id');
    const missed = last === undefined ? [] : hub.since(last);
    send(`retry: 1000\nid: ${hub.last()}\nevent: hello\ndata: {}\n\n`);
    if (missed) for (const e of missed) show(e);
    else show('resync');
    const stop = hub.listen(show);
    const beat = setInterval(() => send(': alive\n\n'), BEAT_MS);
    res.on('close', () => {
      clearInterval(beat);
      stop();
    });
  });
}

function concerns(who: Caller, topics: string[], e: LiveEvent): boolean {
  if (e.tenant !== who.tenant && e.topic !== 'catalog') return false;
  if (e.scope !== '' && !contains(who.scope, e.scope)) return false;
  return topics.includes(e.topic) || (topics.includes('deployments') && e.topic.startsWith('deployment:'));
}
