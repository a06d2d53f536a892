import type { Dispatcher } from 'undici';
import type { Translator } from './translator.js';

/** How the models of one kind of provider are reached. An operation is an endpoint of a dialect. */
export type Operation = 'chat' | 'completion' | 'response' | 'embedding' | 'message' | 'countTokens';

/** The part of a connection that a provider needs, and the way to it: a dispatcher under the address guard. */
export interface Reach {
  baseUrl: string;
  via: Dispatcher;
}
/** Whether a connection works. `message` is the provider's own where there is one; it never has the credential in it. */
export type CheckResult = { ok: true; models?: string[] } | { ok: false; retryable: boolean; message: string };

export interface Provider {
  readonly kind: string;
  /** used when a connection names none; null when it must name one */
  readonly defaultBaseUrl: string | null;
  /** operations that the provider has, and what is appended to the base URL for them: bytes pass unchanged */
  readonly paths: Readonly<Partial<Record<Operation, string>>>;
  /** for a provider with a form of its own: the caller's operation to the provider's (which is in `paths` under that name) */
  readonly translators?: Readonly<Partial<Record<Operation, Translator>>>;
  /** A call that was answered by an error may have been carried out and charged: it is never sent again. */
  readonly errorIsUnknown?: boolean;
  /** headers of a call that carry the credential, and defaults that a header of the caller replaces */
  headers(credential: string | null): Record<string, string>;
  /** Asks the provider whether address and credential work; resolves in any case. */
  check(reach: Reach, credential: string | null, signal?: AbortSignal): Promise<CheckResult>;
}

export const bearer = (credential: string | null): Record<string, string> =>
  credential === null ? {} : { authorization: `Bearer ${credential}` };

/** Base URL and path with exactly one slash between them; a slash at the end of the path stays. */
export const joinUrl = (baseUrl: string, path: string): string => `${baseUrl.replace(/\/+$/, '')}${path}`;

/** OpenAI's endpoints below a base URL that ends in the version. */
export const OPENAI_PATHS: Readonly<Partial<Record<Operation, string>>> = {
  chat: '/chat/completions',
  completion: '/completions',
  response: '/responses',
  embedding: '/embeddings',
};
