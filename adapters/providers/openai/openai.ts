import { probe } from '../probe.js';
import { bearer, joinUrl, OPENAI_PATHS, type Provider } from '../provider.js';

export const openai: Provider = {
  kind: 'openai',
  defaultBaseUrl: 'https://api.openai.com/v1',
  paths: OPENAI_PATHS,
  headers: bearer,
  check: ({ baseUrl, via }, credential, signal) =>
    probe({ url: joinUrl(baseUrl, '/models'), headers: bearer(credential), credential, via, signal }),
};
