import { z } from 'zod';
import { auditPage, auditQuery } from '#core/audit/schema.js';
import { contract } from '#core/shared/contract.js';
import { ok } from '#core/shared/schema.js';
import { environmentInput, keyCreated, keyInput, keyView, whoami } from './schema.js';

const tag = 'Identity';
const params = z.object({ id: z.string().max(80) });

export const identityContracts = {
  'me.get': contract({
    method: 'GET',
    path: '/api/v1/me',
    tag,
    summary: 'Who you are: organisation, scope, role, permissions.',
    permission: 'tenant:read',
    response: whoami,
  }),
  'environments.create': contract({
    method: 'POST',
    path: '/api/v1/environments',
    tag,
    summary: 'Add an environment beside development, staging and production.',
    permission: 'tenant:write',
    status: 201,
    body: environmentInput,
    response: z.object({ environments: z.array(z.string()) }),
  }),
  'keys.list': contract({
    method: 'GET',
    path: '/api/v1/keys',
    tag,
    summary: 'API keys, without their secrets.',
    permission: 'key:read',
    response: z.object({ keys: z.array(keyView) }),
  }),
  'keys.create': contract({
    method: 'POST',
    path: '/api/v1/keys',
    tag,
    summary: 'Create an API key; it is shown once.',
    permission: 'key:write',
    status: 201,
    body: keyInput,
    response: keyCreated,
  }),
  'keys.revoke': contract({
    method: 'DELETE',
    path: '/api/v1/keys/{id}',
    tag,
    summary: 'Revoke a key; the gateway refuses it within a second.',
    permission: 'key:write',
    params,
    response: ok,
  }),
  'audit.list': contract({
    method: 'GET',
    path: '/api/v1/audit',
    tag,
    summary: 'Who changed what, newest first.',
    permission: 'audit:read',
    query: auditQuery,
    response: auditPage,
  }),
};
