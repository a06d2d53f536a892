import { bearerOrSigned } from '../jwt.js';
import { probe } from '../probe.js';
import { joinUrl, type Provider } from '../provider.js';
import { chatToRelay } from './translate.js';

const headers = (credential: string | null): Record<string, string> =>
  bearerOrSigned(credential, { id: 'model-hub', username: 'model-hub', role: 'service' });

/** RelayCore; base URL without a path. It answers some calls by 500 after it has carried them out. */
export const relaycore: Provider = {
  kind: 'relaycore',
  defaultBaseUrl: null,
  paths: { chat: '/api/v1/ai/chat' },
  translators: { chat: chatToRelay },
  errorIsUnknown: true,
  headers,
  async check({ baseUrl, via }, credential, signal) {
    const common = { headers: headers(credential), credential, via, signal };
    const alive = await probe({ ...common, headers: {}, url: joinUrl(baseUrl, '/health'), expect: healthy });
    // the token is checked first; after that a 500 says that one of RelayCore's own providers is down
    return alive.ok ? await probe({ ...common, url: joinUrl(baseUrl, '/api/v1/models'), alsoFine: 500 }) : alive;
  },
};

const healthy = (body: unknown): string | undefined =>
  typeof (body as { status?: unknown } | null)?.status === 'string' ? undefined : 'did not answer as RelayCore does';
