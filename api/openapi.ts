import { z } from 'zod';
import { contracts } from '#core/contracts.js';
import { DEPLOYMENT_VERBS } from '#core/deployment/verbs.js';
import type { Contract } from '#core/shared/contract.js';
import { PROBLEMS } from '#core/shared/problem.js';

const json = (schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> => {
  const { $schema: _none, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' }) as Record<
    string,
    unknown
  >;
  return rest;
};

/** The API as OpenAPI 3.1, from the schemas that parse the requests. */
export function openApi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [id, c] of Object.entries(contracts) as [string, Contract][])
    (paths[c.path] ??= {})[c.method.toLowerCase()] = operation(id, c);
  paths['/api/v1/live'] = { get: live };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Auterity Model Hub',
      version,
      description: `Catalog, deployments and gateway of an organisation's models. Errors are RFC 9457 problem documents. Verbs of a deployment: ${Object.keys(DEPLOYMENT_VERBS).join(', ')}.`,
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    tags: [...new Set(Object.values(contracts as Record<string, Contract>).map((c) => c.tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key of the hub, `mhk_…`.' } },
      schemas: { Problem: problem },
    },
  };
}

function operation(id: string, c: Contract): Record<string, unknown> {
  return {
    operationId: id,
    tags: [c.tag],
    summary: c.summary,
    description: c.permission === 'public' ? 'Needs no key.' : `Needs the permission \`${c.permission}\`.`,
    parameters: [...parameters('path', c.params), ...parameters('query', c.query), ...(c.idempotent ? [idempotencyKey] : [])],
    ...(c.body ? { requestBody: { required: true, content: { 'application/json': { schema: json(c.body, 'input') } } } } : {}),
    responses: {
      [String(c.status ?? 200)]: { description: 'Done', content: { 'application/json': { schema: json(c.response, 'output') } } },
      ...Object.fromEntries([400, 401, 403, 404, ...(c.problems ?? [])].map((s) => [String(s), refused])),
    },
    ...(c.permission === 'public' ? { security: [] } : {}),
  };
}

function parameters(where: 'path' | 'query', schema: z.ZodObject | undefined): unknown[] {
  if (!schema) return [];
  const whole = json(schema, 'input') as { properties?: Record<string, unknown>; required?: string[] };
  return Object.entries(whole.properties ?? {}).map(([name, s]) => ({
    name,
    in: where,
    required: where === 'path' || (whole.required ?? []).includes(name),
    schema: s,
  }));
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'A repeat with the same key gets the first answer; with another body it is refused (422).',
  schema: { type: 'string', maxLength: 200 },
};
const refused = {
  description: 'A problem document',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};
const problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'request id' },
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    errors: { type: 'array', items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } } },
  },
};
const live = {
  operationId: 'live',
  tags: ['Live'],
  summary: 'Server-sent events: which resources have changed.',
  description:
    'Topics: `deployments`, `deployment:<environment>/<name>`, `catalog`, `connections`, `routing`, `limits`. Send Last-Event-ID to resume; `resync` means read everything again.',
  parameters: [{ name: 'topics', in: 'query', required: false, schema: { type: 'string' } }],
  responses: {
    '200': { description: 'A stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    '401': refused,
    '403': refused,
  },
};
