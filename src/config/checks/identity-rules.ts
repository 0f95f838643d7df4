import { checkIdentity } from '../../identity/check.ts';
import type { HmacAlgorithm, PublicAlgorithm } from '../../identity/options.ts';
import { hmacAlgorithms } from '../../identity/options.ts';
import { compileTokenPlaces } from '../../reading/token-places.ts';
import type { Path } from '../findings.ts';
import type { RuleContext, Rule } from './rule.ts';

/** A key as it was written, before it is known to be one of the room's kinds. */
interface WrittenKey {
  readonly jwksUrl?: string;
  readonly kid?: string;
  readonly algorithm?: HmacAlgorithm | PublicAlgorithm;
  readonly secret?: Uint8Array;
  readonly publicKey?: Uint8Array;
}

type Tell = (path: Path, message: string) => void;

/** Says what keeps a key from being one of the kinds that there are. */
function checkKind(key: WrittenKey, path: Path, tell: Tell): void {
  const kinds = (['jwksUrl', 'secret', 'publicKey'] as const).filter((kind) => key[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const given = kind === undefined ? 'has none' : `has ${kinds.join(' and ')}`;
    return tell(path, `needs exactly one of jwksUrl, secret and publicKey; it ${given}`);
  }
  if (kind === 'jwksUrl') {
    const extra = (['kid', 'algorithm'] as const).filter((name) => key[name] !== undefined);
    return extra.forEach((name) => tell([...path, name], 'has no place beside jwksUrl: its keys say their own'));
  }
  const { algorithm } = key;
  if (algorithm === undefined) return tell([...path, 'algorithm'], 'is required: it is fixed per key');
  const shared = hmacAlgorithms.some((one) => one === algorithm);
  if (shared !== (kind === 'secret')) {
    const needs = shared ? 'a secret, not with a public key' : 'a public key, not with a secret';
    tell([...path, 'algorithm'], `${algorithm} verifies with ${needs}`);
  }
}

/** `issuers[0].keys[1]` as a path below identity; a key's own faults are those of its content. */
function pathOf(text: string, { config, asWritten }: RuleContext): Path {
  const steps = text.match(/[^.[\]]+/g) ?? [];
  const path = ['identity', ...steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step))];
  if (!/keys\[\d+\]$/.test(text)) return path;
  const key: WrittenKey | undefined = config.identity.issuers[Number(steps[1])]?.keys[Number(steps[3])];
  return asWritten([...path, key?.secret === undefined ? 'publicKey' : 'secret']);
}

const issuers: Rule = {
  reads: ['identity'],
  check(asked) {
    const { config, findings } = asked;
    config.identity.issuers.forEach((issuer, index) =>
      issuer.keys.forEach((key, at) =>
        checkKind(key, ['identity', 'issuers', index, 'keys', at], (path, message) => findings.mistake(path, message)),
      ),
    );
    if (findings.wrong(['identity'])) return;
    config.identity.hmacContacts.forEach(({ secret }, index) => {
      if (secret === undefined) findings.mistake(['identity', 'hmacContacts', index, 'secretFile'], 'is required');
    });
    if (findings.wrong(['identity'])) return;
    const hmacContacts = config.identity.hmacContacts.map((one) => ({ ...one, secret: one.secret ?? new Uint8Array() }));
    const { mistakes, warnings } = checkIdentity({ ...config.identity, hmacContacts });
    for (const { path, message } of mistakes) findings.mistake(pathOf(path, asked), message);
    for (const { path, message } of warnings) findings.warn(pathOf(path, asked), message);
  },
};

/** Session cookies of frameworks: an id that means something to them alone. */
const opaque =
  /^(?:PHPSESSID|JSESSIONID|ASP\.NET_SessionId|connect\.sid|sessionid|laravel_session|ci_session|_session_id|_\w+_session|OSTSESSID|MibewSessionID|MMAUTHTOKEN|rc_token)$/;

const cookies: Rule = {
  reads: ['identity'],
  check({ config, findings }) {
    config.identity.issuers.forEach(({ from }, index) =>
      from.forEach((place, at) => {
        const name = place.startsWith('cookie:') ? place.slice('cookie:'.length) : '';
        if (!opaque.test(name)) return;
        const path = ['identity', 'issuers', index, 'from', at];
        findings.warn(path, `${name} is usually the id of a session and no token: then nobody is ever signed in by it`);
      }),
    );
  },
};

/** Places that only routes open, and a parameter that is an id at one route and a token at the same. */
const places: Rule = {
  reads: ['identity', 'routes'],
  check({ config: { identity, routes }, findings }) {
    const allowed = new Set(routes.flatMap(({ tokenPlaces }) => tokenPlaces ?? []));
    identity.issuers.forEach(({ from }, index) =>
      from.forEach((place, at) => {
        const kind = place.split(':')[0];
        if ((kind === 'query' || kind === 'protocol') && !allowed.has(kind))
          findings.warn(['identity', 'issuers', index, 'from', at], `is looked at nowhere: no route has tokenPlaces: [${kind}]`);
      }),
    );
    const hashes = identity.hmacContacts.map(({ hash }) => hash);
    const tokens = compileTokenPlaces([...identity.issuers.flatMap(({ from }) => from), ...hashes]).query;
    routes.forEach(({ tokenPlaces, query = {} }, index) => {
      const taken = Object.values(query).find((name) => tokens.has(name));
      if (tokenPlaces?.includes('query') === true && taken !== undefined)
        findings.mistake(['routes', index, 'query'], `${taken} holds tokens here, and cannot be an id`);
    });
  },
};

const adminToken: Rule = {
  reads: ['admin'],
  check({ config, findings, asWritten }) {
    const { token } = config.admin;
    if (token === undefined) return;
    const path = asWritten(['admin', 'token']);
    if (token.length < 16) findings.mistake(path, 'needs at least 16 characters');
    if (/[^\x21-\x7e]/.test(token)) {
      findings.mistake(path, 'must be visible ASCII without spaces: it travels in a header');
    }
  },
};

const admins: Rule = {
  reads: ['identity', 'admin'],
  check({ config, findings }) {
    const granted = config.identity.issuers.some(({ grants }) => grants.includes('admin'));
    if (config.admin.token === undefined && !granted) {
      findings.warn(
        ['admin'],
        'nobody can manage whitelists: no issuer grants admin, and there is no `admin.tokenFile`',
      );
    }
  },
};

/** Issuers, keys and admins. */
export const identityRules: readonly Rule[] = [issuers, cookies, places, adminToken, admins];
