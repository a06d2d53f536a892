import { contract } from '#core/shared/contract.js';
import { usagePage, usageQuery } from './schema.js';

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
};
