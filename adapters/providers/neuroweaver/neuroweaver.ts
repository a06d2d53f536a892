import { bearerOrSigned } from '../jwt.js';
import { probe } from '../probe.js';
import { joinUrl, type Provider } from '../provider.js';
import { chatToInference } from './translate.js';

const headers = (credential: string | null): Record<string, string> => bearerOrSigned(credential, { sub: 'model-hub' });

/**
 * NeuroWeaver, as at the commit a035826 that its clients are written against; base URL without a path. The slash at the end of
 * its paths matters: without it FastAPI redirects (307), and redirects are not followed. Later commits are without inference,
 * and their health is elsewhere, so the check fails there, as a call would.
 */
export const neuroweaver: Provider = {
  kind: 'neuroweaver',
  defaultBaseUrl: null,
  paths: { chat: '/api/v1/inference/' },
  translators: { chat: chatToInference },
  headers,
  async check({ baseUrl, via }, credential, signal) {
    const common = { headers: headers(credential), credential, via, signal };
    const alive = await probe({ ...common, headers: {}, url: joinUrl(baseUrl, '/health'), expect: healthy });
    return alive.ok ? await probe({ ...common, url: joinUrl(baseUrl, '/api/v1/models/') }) : alive;
  },
};

const healthy = (body: unknown): string | undefined =>
  typeof body === 'object' && body !== null ? undefined : 'did not answer as NeuroWeaver does';
