import { z } from 'zod';
import { contract } from '#core/shared/contract.js';
import { payload } from './schema.js';

export const payloadContracts = {
  'usage.payload': contract({
    method: 'GET',
    path: '/api/v1/usage/{id}/payload',
    tag: 'Usage',
    summary: 'The redacted request and answer of one call, where its deployment keeps them; each read is in the audit trail.',
    permission: 'payload:read',
    params: z.object({ id: z.string().min(1).max(80) }),
    response: payload,
  }),
};
