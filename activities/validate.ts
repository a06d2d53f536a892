import type { Dispatcher } from 'undici';
import type { Keyring } from '#adapters/keys/keyring.js';
import { checkConnection } from '#adapters/providers/registry.js';
import type { RevisionSpec } from '#core/deployment/schema.js';
import { HubError } from '#core/shared/problem.js';
import type { Ctx } from '#core/shared/scope.js';
import { connections, openCredential } from '#store/connection.js';
import { resolveModel } from '#store/catalog/resolve.js';
import type { Store } from '#store/kit/connect.js';

/** Throws a HubError (`unavailable` when a retry may help) or says what was checked. */
export type Validator = (ctx: Ctx, spec: RevisionSpec, signal: AbortSignal) => Promise<{ detail: string }>;

/**
 * Checks again what the API has checked, because time has passed: the model is still offered, its connection is there, and
 * the provider accepts the credential.
 * @param via connects under the address guard
 */
export function validator(store: Store, keyring: Keyring, via: Dispatcher): Validator {
  return async function validate(ctx, spec, signal) {
    await resolveModel(store, ctx, { modelId: spec.modelId, version: spec.modelVersion, allowRestricted: true });
    if (spec.target.kind === 'local') return { detail: `${spec.modelId} ${spec.modelVersion}, run as ${spec.target.command[0]}` };
    const name = spec.target.connection;
    const connection = await connections(store).find1({ ...ctx, scope: '' }, { id: name });
    if (!connection) throw new HubError('unprocessable', `The connection ${name} is gone; add it again or deploy with another one.`);
    const credential = openCredential(connection, (s, place) => keyring.open(s, place));
    const check = await checkConnection(connection, credential, via, signal);
    if (!check.ok) throw new HubError(check.retryable ? 'unavailable' : 'unprocessable', `Connection ${name}: ${check.message}`);
    return { detail: `${name} accepts the credential` };
  };
}
