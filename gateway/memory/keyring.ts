import { openKeyring } from '#adapters/keys/local.js';
import type { Keyring } from '#adapters/keys/keyring.js';
import { credentialPlace } from '#store/connection.js';
import type { OpenCredential } from './credentials.js';

/** Opens credentials with the key file of this installation, which is read when the first one is needed. */
export function keyringOpener(file: string): OpenCredential {
  let keyring: Keyring | undefined;
  return (connection) => {
    if (!connection.sealed) return null;
    keyring ??= openKeyring(file);
    return keyring.open(connection.sealed, credentialPlace(connection.tenant, connection.name));
  };
}
