import { probe } from '../probe.js';
import { joinUrl, type Provider } from '../provider.js';

/** The version is a default: a caller that speaks Anthropic's dialect names its own, and betas with it. */
const headers = (credential: string | null): Record<string, string> => ({
  'anthropic-version': '2023-06-01',
  ...(credential === null ? {} : { 'x-api-key': credential }),
});

/** Anthropic's own Messages API; calls in OpenAI's dialect are translated by the gateway. */
export const anthropic: Provider = {
  kind: 'anthropic',
  defaultBaseUrl: 'https://api.anthropic.com/v1',
  paths: { message: '/messages', countTokens: '/messages/count_tokens' },
  headers,
  check: ({ baseUrl, via }, credential, signal) =>
    probe({ url: joinUrl(baseUrl, '/models'), headers: headers(credential), credential, via, signal }),
};
