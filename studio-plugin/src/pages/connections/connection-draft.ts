import type { CONNECTION_KINDS, connectionInput } from '#core/connection/schema.js';
import type { z } from 'zod';

type Kind = (typeof CONNECTION_KINDS)[number];
export interface ConnectionDraft {
  name: string;
  kind: Kind;
  provider: string;
  baseUrl: string;
  credential: string;
  region: string;
}
/** The draft that fits a provider: its own kind where we speak it, else an OpenAI-compatible one that names the provider. */
export function draftFor(provider: string | undefined): ConnectionDraft {
  const kind: Kind = provider === undefined || provider === 'openai' ? 'openai' : provider === 'anthropic' ? 'anthropic' : 'custom';
  const name = (provider ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return { name, kind, provider: kind === 'custom' ? (provider ?? '') : '', baseUrl: '', credential: '', region: '' };
}
/** Empty fields are left out, so that the server's defaults hold. */
export function inputOf(draft: ConnectionDraft): z.input<typeof connectionInput> {
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    ...(draft.provider.trim() === '' ? {} : { provider: draft.provider.trim() }),
    ...(draft.baseUrl.trim() === '' ? {} : { baseUrl: draft.baseUrl.trim() }),
    ...(draft.region.trim() === '' ? {} : { region: draft.region.trim() }),
    ...(draft.credential.trim() === '' ? {} : { credential: draft.credential.trim() }),
  };
}
