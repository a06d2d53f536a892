import type { Sealed } from '#core/connection/schema.js';

/** Seals secrets under a key that the store never sees. */
export interface Keyring {
  /** @param bound names the place of the secret (tenant, collection, record, field): moved elsewhere it does not open */
  seal(secret: string, bound: readonly string[]): Sealed;
  /** Throws when the key is missing, the place is another one, or anything was changed; the message carries no secret. */
  open(sealed: Sealed, bound: readonly string[]): string;
  /** id of the key that new secrets are sealed under */
  current(): string;
}
