import { z } from 'zod';
import { contract } from '#core/shared/contract.js';
import { usageEvent, usagePage, usageQuery } from './schema.js';

export const usageContracts = {
  'usage.list': contract({
    method: 'GET',
    path: '/api/v1/usage',
    tag: 'Usage',
    summary: 'Calls through the gateway, newest first: one event per call.',
    permission: 'usage:read',
    query: usageQuery,
    response: usagePage,
  }),
  'usage.get': contract({
    method: 'GET',
    path: '/api/v1/usage/{id}',
    tag: 'Usage',
    summary: 'One call by its request id, with each of its tries.',
    permission: 'usage:read',
    params: z.object({ id: z.string().min(1).max(80) }),
    response: usageEvent,
  }),
};
