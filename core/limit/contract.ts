import { z } from 'zod';
import { contract } from '#core/shared/contract.js';
import { name, ok } from '#core/shared/schema.js';
import { LIMIT_SUBJECTS, limitBody, limitRecord } from './schema.js';

const tag = 'Limits';
const params = z.object({ name });

/** `scope` is that of the key that made it: only keys of this scope or a wider one may change it. */
export const limitView = limitRecord.extend({ scope: z.string() });
export type LimitView = z.output<typeof limitView>;

export const limitContracts = {
  'limits.list': contract({
    method: 'GET',
    path: '/api/v1/limits',
    tag,
    summary: 'Limits of calls, tokens and concurrency.',
    permission: 'limit:read',
    response: z.object({ limits: z.array(limitView) }),
  }),
  // before `{name}`: the first path that fits is served
  'limits.effective': contract({
    method: 'GET',
    path: '/api/v1/limits/effective',
    tag,
    summary: 'Limits that apply to one key, user, model, deployment or connection (perModelLimits, perUserLimits, dynamicLimits).',
    permission: 'limit:read',
    query: z.strictObject({
      per: z.enum(LIMIT_SUBJECTS),
      id: z.string().min(1).max(240),
      /** leaves out limits of other environments */
      environment: name.optional(),
      /** only limits with a dynamic rule by this signal */
      basedOn: z.enum(['usage', 'cost', 'performance']).optional(),
    }),
    response: z.object({ limits: z.array(limitView) }),
  }),
  'limits.get': contract({
    method: 'GET',
    path: '/api/v1/limits/{name}',
    tag,
    summary: 'One limit.',
    permission: 'limit:read',
    params,
    response: limitView,
  }),
  'limits.put': contract({
    method: 'PUT',
    path: '/api/v1/limits/{name}',
    tag,
    summary: 'Create a limit or replace it; the gateways obey it within a second.',
    permission: 'limit:write',
    params,
    body: limitBody,
    response: limitView,
  }),
  'limits.delete': contract({
    method: 'DELETE',
    path: '/api/v1/limits/{name}',
    tag,
    summary: 'Remove a limit.',
    permission: 'limit:write',
    params,
    response: ok,
  }),
};
