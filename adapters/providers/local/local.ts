import { probeModels } from '../probe.js';
import { bearer, joinUrl, type Provider } from '../provider.js';

/** A model server on this machine: its address has no version in it. */
export const local: Provider = {
  kind: 'local',
  defaultBaseUrl: null,
  paths: { chat: '/v1/chat/completions', completion: '/v1/completions', embedding: '/v1/embeddings' },
  headers: bearer,
  check: (reach, credential, signal) =>
    probeModels({ url: joinUrl(reach.baseUrl, '/v1/models'), headers: bearer(credential), credential, signal, listOptional: true }),
};
