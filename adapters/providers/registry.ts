import type { Dispatcher } from 'undici';
import { anthropic } from './anthropic/anthropic.js';
import { custom } from './custom/custom.js';
import { local } from './local/local.js';
import { neuroweaver } from './neuroweaver/neuroweaver.js';
import { openai } from './openai/openai.js';
import type { CheckResult, Provider } from './provider.js';
import { relaycore } from './relaycore/relaycore.js';
import { simulator } from './simulator/simulator.js';

const PROVIDERS: Readonly<Record<string, Provider>> = { openai, anthropic, custom, local, neuroweaver, relaycore, simulator };

/** Kinds that can be reached, in no order that matters. */
export const providerKinds = (): string[] => Object.keys(PROVIDERS);

/** The provider of a kind of connection; throws for a kind that nobody registered. */
export function providerOf(kind: string): Provider {
  const provider = Object.hasOwn(PROVIDERS, kind) ? PROVIDERS[kind] : undefined;
  if (!provider) throw new Error(`no provider of the kind "${kind}"; known: ${providerKinds().join(', ')}`);
  return provider;
}

/** Does this connection work? For the validate step of a deployment. `via` comes from the address guard (`guard.agent()`). */
export function checkConnection(
  connection: { kind: string; baseUrl: string },
  credential: string | null,
  via: Dispatcher,
  signal?: AbortSignal,
): Promise<CheckResult> {
  return providerOf(connection.kind).check({ baseUrl: connection.baseUrl, via }, credential, signal);
}
