import type { Path } from '../findings.ts';
import type { Config } from '../schema/schema.ts';
import type { Rule } from './rule.ts';

type Session = Config['identity']['sessions'][number];
type Tell = (path: Path, message: string) => void;

const sessions: Rule = {
  reads: ['identity', 'routes'],
  check(asked) {
    const { identity, routes } = asked.config;
    const others = [...identity.issuers, ...identity.hmacContacts];
    const names = [...others, ...identity.sessions].map(({ name }) => name);
    const delegates = routes.some(({ members }) => members === 'platform');
    identity.sessions.forEach((session, index) => {
      const path = ['identity', 'sessions', index];
      const mistake: Tell = (below, message) => asked.findings.mistake([...path, ...below], message);
      const warn: Tell = (below, message) => asked.findings.warn([...path, ...below], message);
      if (names.indexOf(session.name) < others.length + index)
        mistake(['name'], `two kinds of session or issuers are named ${session.name}`);
      checkSession(session, delegates, mistake, warn);
      checkIntrospection(session, mistake, warn);
    });
  },
};

function checkSession({ check, introspection, from, claims, grants }: Session, delegates: boolean, mistake: Tell, warn: Tell): void {
  const asks = check !== undefined || introspection !== undefined;
  if (!asks && !delegates)
    mistake([], 'needs `check` or `introspection`: without one it is good for routes with `members: platform` only');
  if (check !== undefined && introspection !== undefined) mistake([], 'has both `check` and `introspection`');
  if (asks && introspection === undefined && grants.includes('member') && claims.bots === null && !delegates)
    warn(['claims', 'bots'], 'is not set: whoever is signed in has access to no bot');
  if (grants.includes('contact') && claims.contact === null && claims.conversations === null)
    warn(['claims', 'contact'], 'is not set: nobody is a contact');
  const parts = from.map((place) => (place.startsWith('cookie:') ? 'cookie' : headerOf(place)));
  for (const [name, value] of Object.entries(check?.headers ?? {})) {
    const path = ['check', 'headers', name];
    if (parts.includes(name.toLowerCase())) mistake(path, 'is a part of the credential already');
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) mistake(path, 'is no name of a header');
    if (/[^\t\x20-\x7e]/.test(value)) mistake(path, 'is no value of a header: visible ASCII is expected');
    if (/^(?:host|connection|content-length|transfer-encoding|upgrade|expect|keep-alive)$/i.test(name))
      mistake(path, 'cannot be set here');
  }
}

function checkIntrospection({ introspection, from }: Session, mistake: Tell, warn: Tell): void {
  if (introspection === undefined) return;
  if (introspection.clientSecret === undefined)
    mistake(['introspection', 'clientSecretFile'], 'is required: only its clients may ask an authorization server');
  if (from.length > 1) mistake(['from'], 'must name one place: one token is introspected');
  if (/^http:\/\/(?!localhost[:/]|127\.|\[::1\])/.test(introspection.url))
    warn(['introspection', 'url'], 'is asked without TLS: whoever is on the way can say who people are');
}

const headerOf = (place: string): string =>
  place === 'bearer' ? 'authorization' : (place.slice('header:'.length).split(' ')[0] ?? '').toLowerCase();

const delegation: Rule = {
  reads: ['identity', 'routes'],
  check({ config, findings }) {
    config.routes.forEach(({ members }, index) => {
      if (members === 'platform' && config.identity.sessions.length === 0) {
        const message = 'platform: needs a kind of session in `identity.sessions`, so that members can be told from strangers';
        findings.mistake(['routes', index, 'members'], message);
      }
    });
  },
};

/** Sessions of the platform's, and routes that it decides itself. */
export const sessionRules: readonly Rule[] = [sessions, delegation];
