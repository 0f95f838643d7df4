import { hash } from 'node:crypto';

/** Names a credential by a digest: the cache holds no cookie and no token. */
export type CredentialKey = (kind: string, headers: readonly string[]) => string;

/**
 * `secret` is of this process, or of all the gateways that tell each other of ends. Each part goes in with its
 * length: no two lists of parts become one text, however a value is cut.
 */
export function createCredentialKey(secret: string): CredentialKey {
  return (kind, headers) => {
    let text = `${secret}${String(kind.length)}:${kind}`;
    for (const part of headers) text += `${String(part.length)}:${part}`;
    return hash('sha256', text, 'base64url');
  };
}
