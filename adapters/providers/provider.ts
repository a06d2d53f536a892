/** How the models of one kind of provider are reached. All speak the OpenAI dialect on the way of a call. */
export type Operation = 'chat' | 'completion' | 'embedding';

/** The part of a connection that a provider needs. */
export interface Reach {
  baseUrl: string;
}
/** Whether a connection works. `message` is the provider's own where there is one; it never has the credential in it. */
export type CheckResult = { ok: true; models?: string[] } | { ok: false; retryable: boolean; message: string };

export interface Provider {
  readonly kind: string;
  /** used when a connection names none; null when it must name one */
  readonly defaultBaseUrl: string | null;
  /** appended to the base URL */
  readonly paths: Readonly<Record<Operation, string>>;
  /** headers of a call that carry the credential */
  headers(credential: string | null): Record<string, string>;
  /** Asks the provider whether address and credential work; resolves in any case. */
  check(reach: Reach, credential: string | null, signal?: AbortSignal): Promise<CheckResult>;
}

export const bearer = (credential: string | null): Record<string, string> =>
  credential === null ? {} : { authorization: `Bearer ${credential}` };

export const OPENAI_PATHS: Readonly<Record<Operation, string>> = {
  chat: '/chat/completions',
  completion: '/completions',
  embedding: '/embeddings',
};

/** Base URL and path with exactly one slash between them. */
export const joinUrl = (baseUrl: string, path: string): string => `${baseUrl.replace(/\/+$/, '')}${path}`;
