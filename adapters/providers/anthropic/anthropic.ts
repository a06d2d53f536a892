import { probeModels } from '../probe.js';
import { bearer, joinUrl, OPENAI_PATHS, type Provider } from '../provider.js';

/** Calls use Anthropic's OpenAI-compatible endpoint, which takes a bearer token; its list of models wants its own headers. */
export const anthropic: Provider = {
  kind: 'anthropic',
  defaultBaseUrl: 'https://api.anthropic.com/v1',
  paths: OPENAI_PATHS,
  headers: bearer,
  check: (reach, credential, signal) =>
    probeModels({
      url: joinUrl(reach.baseUrl, '/models'),
      headers: { 'anthropic-version': '2023-06-01', ...(credential === null ? {} : { 'x-api-key': credential }) },
      credential,
      signal,
    }),
};
