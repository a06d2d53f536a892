import type { KnownConnection } from './state.js';

/** Opens the envelope of a connection's credential; null when it has none. */
export type OpenCredential = (connection: KnownConnection) => string | null;

/** Opened credentials, in memory only and only as long as the connection's record is the same. */
export class Credentials {
  private readonly opened = new WeakMap<KnownConnection, string | null>();
  private readonly openSealed: OpenCredential;
  constructor(openSealed: OpenCredential) {
    this.openSealed = openSealed;
  }
  of(connection: KnownConnection): string | null {
    const known = this.opened.get(connection);
    if (known !== undefined) return known;
    const fresh = this.openSealed(connection);
    this.opened.set(connection, fresh);
    return fresh;
  }
}
