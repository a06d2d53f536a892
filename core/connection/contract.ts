import { z } from 'zod';
import { contract } from '../shared/contract.js';
import { name, ok } from '../shared/schema.js';
import { connectionCheck, connectionHealthList, connectionInput, connectionPatch, connectionView } from './schema.js';

const tag = 'Connections';
const params = z.object({ name });

export const connectionContracts = {
  'connections.list': contract({
    method: 'GET',
    path: '/api/v1/connections',
    tag,
    summary: 'Connections of your organisation, without their credentials.',
    permission: 'connection:read',
    response: z.object({ connections: z.array(connectionView) }),
  }),
  'connections.create': contract({
    method: 'POST',
    path: '/api/v1/connections',
    tag,
    summary: 'Add a provider with its address and credential; the credential is sealed at once.',
    permission: 'connection:write',
    status: 201,
    body: connectionInput,
    response: connectionView,
    idempotent: true,
  }),
  'connections.get': contract({
    method: 'GET',
    path: '/api/v1/connections/{name}',
    tag,
    summary: 'One connection.',
    permission: 'connection:read',
    params,
    response: connectionView,
  }),
  'connections.update': contract({
    method: 'PATCH',
    path: '/api/v1/connections/{name}',
    tag,
    summary: 'Change address, credential or region.',
    permission: 'connection:write',
    params,
    body: connectionPatch,
    response: connectionView,
  }),
  'connections.check': contract({
    method: 'POST',
    path: '/api/v1/connections/{name}/check',
    tag,
    summary: 'Ask the provider now whether address and credential work.',
    permission: 'connection:write',
    params,
    response: connectionCheck,
    problems: [503],
  }),
  'connections.health': contract({
    method: 'GET',
    path: '/api/v1/connections/{name}/health',
    tag,
    summary: 'What the gateway has seen of each model behind the connection: breaker, latency, errors.',
    permission: 'connection:read',
    params,
    response: connectionHealthList,
    problems: [503],
  }),
  'connections.delete': contract({
    method: 'DELETE',
    path: '/api/v1/connections/{name}',
    tag,
    summary: 'Remove a connection that no deployment uses.',
    permission: 'connection:write',
    params,
    response: ok,
  }),
};
