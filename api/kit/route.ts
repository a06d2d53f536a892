import type { Express, NextFunction, Request, Response } from 'express';
import type { z } from 'zod';
import { type ContractId, contracts, type Contracts } from '#core/contracts.js';
import type { Permission } from '#core/identity/permissions.js';
import type { AnswerOf, Contract } from '#core/shared/contract.js';
import { type FieldError, HubError } from '#core/shared/problem.js';
import type { Ctx } from '#core/shared/scope.js';
import type { ApiDeps } from '../deps.js';
import { authenticate } from './authenticate.js';
import { once } from './idempotency.js';

type Out<T> = T extends z.ZodType ? z.output<T> : undefined;
type Parts<C> = C extends Contract<infer P, infer Q, infer B, z.ZodType> ? { params: Out<P>; query: Out<Q>; body: Out<B> } : never;

/** What a handler gets: parsed parts, the caller's walls, what the caller may do, and an id that a repeat shares. */
export type Call<K extends ContractId> = Parts<Contracts[K]> & { ctx: Ctx; permissions: ReadonlySet<Permission>; keyId: string };
export type Handler<K extends ContractId> = (call: Call<K>) => Promise<z.input<Contracts[K]['response']> | AnswerOf<Contracts[K]>>;
export type Handlers<K extends ContractId = ContractId> = { [Id in K]: Handler<Id> };

/**
 * Serves every contract. Throws when one has no handler or names no permission, so that the API cannot start with a hole.
 * Order of a call: who → may they → parse everything, telling all faulty fields → first answer of a repeat → handler.
 */
export function serveContracts(app: Express, deps: ApiDeps, handlers: Handlers): void {
  const entries = Object.entries(contracts) as [ContractId, Contract][];
  for (const [id, c] of entries) {
    if (!c.permission) throw new Error(`${id} names no permission`);
    const handler = handlers[id] as ((call: unknown) => Promise<unknown>) | undefined;
    if (!handler) throw new Error(`${id} has no handler`);
    const method = c.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
    app[method](c.path.replace(/\{(\w+)\}/g, ':$1'), async function serve(req: Request, res: Response) {
      const who = await authenticate(deps, req);
      if (c.permission !== 'public' && !who.permissions.has(c.permission))
        throw new HubError('forbidden', `This needs the permission ${c.permission}; your key has the role ${who.role}.`, {
          members: { permission: c.permission },
        });
      const { params, query, body } = parse(c, req);
      const run = async (requestId: string): Promise<unknown> => {
        const ctx: Ctx = { tenant: who.tenant, scope: who.scope, actor: who.keyId, requestId };
        return c.response.parse(await handler({ params, query, body, ctx, permissions: who.permissions, keyId: who.keyId }));
      };
      const answer = c.idempotent
        ? await once(deps.store, who, `${c.method} ${req.path}`, req, res, run)
        : await run(String(res.locals['requestId']));
      if (c.method === 'GET') res.set('cache-control', 'no-store');
      res.status(c.status ?? 200).json(answer);
    });
  }
}

/** All faulty fields at once, each with its path. */
function parse(c: Contract, req: Request): { params: unknown; query: unknown; body: unknown } {
  const errors: FieldError[] = [];
  const part = (schema: z.ZodType | undefined, value: unknown, prefix: string): unknown => {
    if (!schema) return undefined;
    const r = schema.safeParse(value);
    if (r.success) return r.data;
    errors.push(...r.error.issues.flatMap((i) => fieldErrors(i, prefix)));
    return undefined;
  };
  const params = part(c.params, req.params, '');
  const query = part(c.query, req.query, '');
  if (c.body && !req.is('application/json') && hasBody(req))
    throw new HubError('wrong-content-type', `Send application/json; this was ${req.get('content-type') ?? 'without a type'}.`);
  const body = part(c.body, req.body ?? {}, '');
  const first = errors[0];
  if (first)
    throw new HubError(
      'invalid-request',
      errors.length === 1 ? `${first.path}: ${first.message}` : `${errors.length} fields are not valid.`,
      { errors },
    );
  return { params, query, body };
}
const hasBody = (req: Request): boolean => req.get('transfer-encoding') !== undefined || Number(req.get('content-length') ?? '0') > 0;

function fieldErrors(issue: z.core.$ZodIssue, prefix: string): FieldError[] {
  const at = (path: PropertyKey[]): string => [prefix, ...path.map(String)].filter((p) => p !== '').join('.') || '(body)';
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((k) => ({ path: at([...issue.path, k]), message: 'is not a known field; check its spelling or leave it out' }));
  return [{ path: at(issue.path), message: issue.message }];
}

/** Any error, as one answer: the only place where errors become HTTP. */
export type ErrorHandler = (error: unknown, req: Request, res: Response, next: NextFunction) => void;
