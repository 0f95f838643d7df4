import { isBotId } from '../policy/resource.ts';
import { isPrivateWay } from './discovery.ts';
import { claimFault } from './claim-path.ts';
import { minHmacSecretBytes } from './hmac-contact.ts';
import { isIssuerPattern, issuerNameFault } from './issuer-name.ts';
import { publicKey, secretKey } from './key.ts';
import { maxClockToleranceSeconds } from './options.ts';
import { placeFault } from './place.ts';
import type { ClaimPaths, IdentityOptions, IssuerOptions, KeyOptions } from './options.ts';

/** A finding, and where it is, as in `issuers[0].keys[1].jwksUrl`. */
export interface IdentityFinding {
  readonly path: string;
  readonly message: string;
}

export interface IdentityFindings {
  /** With any of these `createVerifier` must not be called. */
  readonly mistakes: readonly IdentityFinding[];
  readonly warnings: readonly IdentityFinding[];
}

type Report = (path: string, message: string) => void;

/** Everything that is wrong with the options beyond their types, all at once. */
export function checkIdentity(options: IdentityOptions): IdentityFindings {
  const mistakes: IdentityFinding[] = [];
  const warnings: IdentityFinding[] = [];
  const mistake: Report = (path, message) => mistakes.push({ path, message });
  const warn: Report = (path, message) => warnings.push({ path, message });
  const tolerance = options.clockToleranceSeconds;
  if (!(tolerance >= 0 && tolerance <= maxClockToleranceSeconds))
    mistake('clockToleranceSeconds', `must be from 0 to ${String(maxClockToleranceSeconds)}`);
  const { keepSeconds, refreshSeconds, timeoutMs } = options.jwks;
  if (keepSeconds <= refreshSeconds + timeoutMs / 1000)
    mistake('jwks.keepSeconds', 'must be longer than refreshSeconds and timeoutMs together');
  options.issuers.forEach((issuer, index) => {
    const path = `issuers[${String(index)}]`;
    if (options.issuers.findIndex(({ name }) => name === issuer.name) < index)
      mistake(`${path}.name`, `two issuers are named ${issuer.name}`);
    checkIssuer(issuer, path, mistake, warn);
    issuer.keys.forEach((key, at) => {
      checkKey(key, `${path}.keys[${String(at)}]`, mistake, warn);
    });
  });
  checkHmac(options, mistake, warn);
  return { mistakes, warnings };
}

function checkHmac({ issuers, hmacContacts = [] }: IdentityOptions, mistake: Report, warn: Report): void {
  hmacContacts.forEach(({ name, secret, contact, hash }, index) => {
    const path = `hmacContacts[${String(index)}]`;
    if ([...issuers, ...hmacContacts.slice(0, index)].some((one) => one.name === name))
      mistake(`${path}.name`, `another kind of contact or an issuer is named ${name}`);
    if (secret.length < minHmacSecretBytes)
      mistake(`${path}.secret`, `needs at least ${String(minHmacSecretBytes)} bytes`);
    if (contact === hash) mistake(`${path}.hash`, 'must stand somewhere else than the id');
    warn(path, 'has no end: who has learned a hash is that contact until the secret changes');
  });
}

// The last step of a claim's path: whatever an identity provider calls a mailbox.
const EMAIL_CLAIM = /(?:^|[./:_-])(?:e-?mail(?:[_-]?address)?|mail|upn)$/i;

function checkIssuer(issuer: IssuerOptions, path: string, mistake: Report, warn: Report): void {
  if (issuer.issuer === null) warn(`${path}.issuer`, 'is null: tokens without iss are taken for its own');
  const isLocal = (issuer.discover ?? null) === null;
  checkName(issuer, path, mistake, warn);
  if (issuer.issuer === '') mistake(`${path}.issuer`, 'is empty; null means tokens without iss');
  if (issuer.audience === null)
    warn(`${path}.audience`, 'is null: tokens without aud count, whatever service they were made for');
  else if (issuer.audience.length === 0)
    mistake(`${path}.audience`, 'is empty; null means tokens without aud');
  if (issuer.keys.length === 0 && isLocal)
    mistake(`${path}.keys`, 'there must be at least one, or `discover`');
  if (issuer.from.length === 0) mistake(`${path}.from`, 'there must be at least one place');
  issuer.from.forEach((place, at) => {
    const fault = placeFault(place);
    if (fault !== undefined) mistake(`${path}.from[${String(at)}]`, fault);
  });
  issuer.bots?.forEach((bot, at) => {
    if (!isBotId(bot)) mistake(`${path}.bots[${String(at)}]`, 'cannot be a bot id');
  });
  checkClaims(issuer.claims, `${path}.claims`, mistake, warn);
  if (issuer.grants.includes('contact') && EMAIL_CLAIM.test(issuer.claims.contact))
    mistake(`${path}.claims.contact`, 'names an e-mail address; a contact is known by a stable id');
}

function checkName(options: IssuerOptions, path: string, mistake: Report, warn: Report): void {
  const { discover = null, tenants = null } = options;
  if (discover !== null) {
    checkDiscovery(discover, `${path}.discover`, mistake);
    if (options.issuer !== undefined)
      mistake(`${path}.issuer`, 'has no place beside discover, which is the `iss`');
  } else if (options.issuer === undefined)
    mistake(`${path}.issuer`, 'is required, or `discover`; null means tokens without iss');
  const issuer = options.issuer ?? null;
  const fault = issuer === null ? undefined : issuerNameFault(issuer);
  if (fault !== undefined) mistake(`${path}.issuer`, fault);
  const isPattern = issuer !== null && isIssuerPattern(issuer);
  if (isPattern && tenants === null)
    warn(`${path}.tenants`, 'is null: whoever has a tenant there can sign for any bot');
  if (!isPattern && tenants !== null)
    mistake(`${path}.tenants`, 'needs an issuer with a name in braces, as in https://login.example/{tenant}');
}

function checkClaims(claims: ClaimPaths, path: string, mistake: Report, warn: Report): void {
  for (const [name, text] of Object.entries(claims) as [keyof ClaimPaths, string | null][]) {
    const fault = text === null ? undefined : claimFault(text);
    if (fault !== undefined) mistake(`${path}.${name}`, `is no JMESPath expression: ${fault}`);
  }
  const { scope, ...others } = claims;
  if (scope !== null && !Object.values(others).includes(scope))
    warn(`${path}.scope`, 'is named by no other claim: nothing is read from it');
}

function checkKey(key: KeyOptions, path: string, mistake: Report, warn: Report): void {
  if ('jwksUrl' in key) return checkUrl(key.jwksUrl, `${path}.jwksUrl`, mistake, warn);
  const read =
    'secret' in key
      ? secretKey(key.algorithm, key.secret, key.kid)
      : publicKey(key.algorithm, key.publicKey, key.kid);
  if (typeof read === 'string') mistake(path, read);
}

/** What is discovered says whom to believe: never on a way that others can speak on. */
function checkDiscovery(text: string, path: string, mistake: Report): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !isPrivateWay(url) || url.username !== '' || /[?#]/.test(text))
    mistake(path, 'must be the issuer as its tokens name it: an https URL without query');
}

function checkUrl(text: string, path: string, mistake: Report, warn: Report): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return mistake(path, 'must be an http or https URL');
  if (url.username !== '' || url.password !== '')
    return mistake(path, 'must not hold a user name or password');
  if (!isPrivateWay(url)) warn(path, 'is fetched without TLS: whoever is on the way can sign tokens');
}
