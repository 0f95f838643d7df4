import type { JsonObject } from '../json.ts';

/** What the `iss` of an issuer's tokens must be. */
export interface IssuerName {
  /** The claims for one that fits, with the captured name among them; undefined for another. */
  match(iss: string, claims: JsonObject): JsonObject | undefined;
  /** A subject made distinct from those of other tenants. */
  within(claims: JsonObject, subject: string): string;
}

const NAME = /\{([A-Za-z_]\w*)\}/g;
const CAPTURED = /^[A-Za-z0-9._~-]{1,128}$/;

/** What is wrong with a name; undefined where nothing is. */
export function issuerNameFault(text: string): string | undefined {
  const names = [...text.matchAll(NAME)];
  if (names.length > 1) return 'has more than one name in braces';
  return /[{}]/.test(text.replace(NAME, '')) ? 'has braces that hold no name' : undefined;
}

/** True for a pattern, such as `https://login.example/{tenant}/v2.0`. */
export function isIssuerPattern(text: string): boolean {
  return text.search(NAME) >= 0;
}

/** A name that is compared as it stands, or has one part in braces: one path segment or label, and nothing else. */
export function compileIssuerName(text: string, allowed: readonly string[] | null): IssuerName {
  const [found] = text.matchAll(NAME);
  const name = found?.[1];
  if (found === undefined || name === undefined)
    return {
      match: (iss, claims) => (iss === text ? claims : undefined),
      within: (_, subject) => subject,
    };
  const [before, after] = [text.slice(0, found.index), text.slice(found.index + found[0].length)];
  const tenants = allowed === null ? undefined : new Set(allowed);
  return {
    match(iss, claims) {
      if (!iss.startsWith(before) || !iss.endsWith(after)) return undefined;
      const captured = iss.slice(before.length, Math.max(before.length, iss.length - after.length));
      if (before.length + captured.length + after.length !== iss.length) return undefined;
      if (!CAPTURED.test(captured) || tenants?.has(captured) === false) return undefined;
      // What a token says of itself under this name does not count.
      return { ...claims, [name]: captured };
    },
    within: (claims, subject) => `${String(claims[name])}/${subject}`,
  };
}
