import { probe } from '../probe.js';
import { bearer, joinUrl, type Provider } from '../provider.js';

/** A model server on this machine: its address has no version in it. */
export const local: Provider = {
  kind: 'local',
  defaultBaseUrl: null,
  paths: { chat: '/v1/chat/completions', completion: '/v1/completions', embedding: '/v1/embeddings' },
  headers: bearer,
  check: ({ baseUrl, via }, credential, signal) =>
    probe({ url: joinUrl(baseUrl, '/v1/models'), headers: bearer(credential), credential, via, signal, listOptional: true }),
};
