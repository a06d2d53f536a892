import { probeModels } from '../probe.js';
import { bearer, joinUrl, OPENAI_PATHS, type Provider } from '../provider.js';

export const openai: Provider = {
  kind: 'openai',
  defaultBaseUrl: 'https://api.openai.com/v1',
  paths: OPENAI_PATHS,
  headers: bearer,
  check: (reach, credential, signal) =>
    probeModels({ url: joinUrl(reach.baseUrl, '/models'), headers: bearer(credential), credential, signal }),
};
