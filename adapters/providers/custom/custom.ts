import { probeModels } from '../probe.js';
import { bearer, joinUrl, OPENAI_PATHS, type Provider } from '../provider.js';

/** Any OpenAI-compatible API; its base URL ends in the version (`…/v1`). Not all of them list their models. */
export const custom: Provider = {
  kind: 'custom',
  defaultBaseUrl: null,
  paths: OPENAI_PATHS,
  headers: bearer,
  check: (reach, credential, signal) =>
    probeModels({ url: joinUrl(reach.baseUrl, '/models'), headers: bearer(credential), credential, signal, listOptional: true }),
};
