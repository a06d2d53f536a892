import { probe } from '../probe.js';
import { bearer, joinUrl, OPENAI_PATHS, type Provider } from '../provider.js';
import { SIMULATOR_PORT } from './port.js';

/** The simulator of this repository (`npm run simulator`): a provider that needs no account. It speaks both dialects. */
export const simulator: Provider = {
  kind: 'simulator',
  defaultBaseUrl: `http://127.0.0.1:${SIMULATOR_PORT}/v1`,
  paths: { ...OPENAI_PATHS, message: '/messages', countTokens: '/messages/count_tokens' },
  headers: bearer,
  check: ({ baseUrl, via }, credential, signal) =>
    probe({ url: joinUrl(baseUrl, '/models'), headers: bearer(credential), credential, via, signal }),
};
