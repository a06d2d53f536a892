/** Temporal's own environment variables and profiles, read by its own library. Kept apart because only a named server is external. */
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';

type Environment = Readonly<Record<string, string | undefined>>;

export interface TemporalSettings {
  readonly address: string;
  readonly namespace: string;
  readonly tls?: NonNullable<ClientConnectConfig['connectionOptions']['tls']>;
  readonly apiKey?: string;
}

/**
 * The Temporal server that the environment names, or `undefined`.
 * A profile in the user's home is used only when it is asked for: it must not capture a hub that wants its embedded server.
 */
export function externalTemporal(env: Environment, problems: string[]): TemporalSettings | undefined {
  const named = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'].filter((name) => env[name]);
  if (named.length === 0) return undefined;
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: defined(env) });
    if (!connectionOptions.address) {
      problems.push(`${named.join(', ')} names no Temporal address; set TEMPORAL_ADDRESS=host:port.`);
      return undefined;
    }
    const { address, tls, apiKey } = connectionOptions;
    return {
      address,
      namespace: namespace ?? 'default',
      ...(tls ? { tls } : {}),
      ...(typeof apiKey === 'string' ? { apiKey } : {}),
    };
  } catch (error) {
    problems.push(`${named.join(', ')}: Temporal's settings cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
    return undefined;
  }
}

function defined(env: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined));
}
