import { probe } from '../probe.js';
import { bearer, joinUrl, OPENAI_PATHS, type Provider } from '../provider.js';

/** Any OpenAI-compatible API; its base URL ends in the version (`…/v1`). Not all list their models or have every endpoint: a 404 passes on. */
export const custom: Provider = {
  kind: 'custom',
  defaultBaseUrl: null,
  paths: OPENAI_PATHS,
  headers: bearer,
  check: ({ baseUrl, via }, credential, signal) =>
    probe({ url: joinUrl(baseUrl, '/models'), headers: bearer(credential), credential, via, signal, listOptional: true }),
};
