import { z } from 'zod';
import { contract } from '#core/shared/contract.js';
import { iso, name, ok } from '#core/shared/schema.js';
import { balanceInput, explainInput, explanation, fallbackInput, modelSelection } from './explain/schema.js';
import { gatewaySettings, routingPolicy, routingPolicyInput } from './schema.js';

const tag = 'Routing';
const params = z.object({ environment: name, name });

/** `scope` is that of the key that made it: keys within it can call by its name. */
export const policyView = z.object({ ...routingPolicy.shape, scope: z.string() });
export type PolicyView = z.output<typeof policyView>;
export const policyBody = routingPolicyInput.omit({ name: true, environment: true });

export const settingsBody = gatewaySettings.superRefine((v, ctx) => {
  if (v.unpriced === 'flat' && v.flatNano === undefined)
    ctx.addIssue({ code: 'custom', path: ['flatNano'], message: 'say what a call counts as, in nano-dollars (1e-9 USD)' });
  if (v.unpriced !== 'flat' && v.flatNano !== undefined)
    ctx.addIssue({ code: 'custom', path: ['flatNano'], message: 'only `unpriced: flat` has a flat sum; leave it out' });
});
/** Nobody has set anything: the defaults, and null for who and when. */
export const settingsView = z.object({ ...gatewaySettings.shape, updatedAt: iso.nullable(), updatedBy: z.string().nullable() });

export const routingContracts = {
  'policies.list': contract({
    method: 'GET',
    path: '/api/v1/routing/policies',
    tag,
    summary: 'Routing policies: names that stand for several deployments.',
    permission: 'routing:read',
    query: z.strictObject({ environment: name.optional() }),
    response: z.object({ policies: z.array(policyView) }),
  }),
  'policies.get': contract({
    method: 'GET',
    path: '/api/v1/routing/policies/{environment}/{name}',
    tag,
    summary: 'One routing policy.',
    permission: 'routing:read',
    params,
    response: policyView,
  }),
  'policies.put': contract({
    method: 'PUT',
    path: '/api/v1/routing/policies/{environment}/{name}',
    tag,
    summary: 'Create a routing policy or replace it; the gateways obey it within a second.',
    permission: 'routing:write',
    params,
    body: policyBody,
    response: policyView,
  }),
  'policies.delete': contract({
    method: 'DELETE',
    path: '/api/v1/routing/policies/{environment}/{name}',
    tag,
    summary: 'Remove a routing policy; a deployment of the same name is reached directly again.',
    permission: 'routing:write',
    params,
    response: ok,
  }),
  'gatewaySettings.get': contract({
    method: 'GET',
    path: '/api/v1/deployments/{environment}/{name}/gateway',
    tag,
    summary: 'What the gateway does with calls of this deployment without a known price, and whether it keeps their payloads.',
    permission: 'deployment:read',
    params,
    response: settingsView,
  }),
  'gatewaySettings.put': contract({
    method: 'PUT',
    path: '/api/v1/deployments/{environment}/{name}/gateway',
    tag,
    summary: 'Say what calls without a known price do, and whether redacted payloads are kept; what is left out is off.',
    permission: 'routing:write',
    params,
    body: settingsBody,
    response: settingsView,
  }),
  'routing.explain': contract({
    method: 'POST',
    path: '/api/v1/routing/explain',
    tag,
    summary: 'What the gateway would do with this call now, and why; nothing is sent upstream.',
    permission: 'routing:read',
    body: explainInput,
    response: explanation,
    problems: [422, 503],
  }),
  'routing.select': contract({
    method: 'POST',
    path: '/api/v1/routing/select',
    tag,
    summary: 'Who would take this call now (intelligentRouting).',
    permission: 'routing:read',
    body: explainInput,
    response: modelSelection,
    problems: [422, 503],
  }),
  'routing.fallback': contract({
    method: 'POST',
    path: '/api/v1/routing/fallback',
    tag,
    summary: 'Who would take this call without the one that failed (fallbackRouting).',
    permission: 'routing:read',
    body: fallbackInput,
    response: modelSelection,
    problems: [422, 503],
  }),
  'routing.balance': contract({
    method: 'POST',
    path: '/api/v1/routing/balance',
    tag,
    summary: 'Who of these would take a call now (loadBalancing).',
    permission: 'routing:read',
    body: balanceInput,
    response: modelSelection,
    problems: [422, 503],
  }),
};
