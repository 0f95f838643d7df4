import { createAuthorize } from '../../src/access/authorize.ts';
import type { Answer, How, Question } from '../../src/access/question.ts';
import type { Rules } from '../../src/access/rules.ts';
import { createVerifier } from '../../src/identity/verifier.ts';
import { defaultClaims, defaultJwks, type IssuerOptions } from '../../src/identity/options.ts';
import type { PolicyView } from '../../src/policy/policy.ts';
import { compileTrust, type TrustOptions } from '../../src/reading/forwarded.ts';
import { compileRoutes } from '../../src/reading/route.ts';
import { createSigner, seconds } from '../support/tokens.ts';
import * as f from '../policy/facts.ts';

const signer = createSigner('HS256', 'k1');
const audience = 'transcript-gateway';
export const staff: IssuerOptions = {
  name: 'staff',
  issuer: 'https://issuer.example/',
  audience,
  keys: [{ kid: 'k1', algorithm: 'HS256', secret: signer.secret }],
  from: ['bearer', 'cookie:session'],
  grants: ['member', 'contact', 'admin'],
  bots: null,
  claims: defaultClaims,
  superAdminRole: 'super_admin',
  allBots: null,
};
const token = (claims: object): string =>
  signer.sign({ sub: 'person', iss: staff.issuer, aud: audience, exp: seconds(600), ...claims });
export const member = token({ bots: ['a'] });
export const contact = token({ contact_id: 'u1' });
export const expired = token({ bots: ['a'], exp: seconds(-600) });

const routes = compileRoutes([
  { path: '/transcripts/:botId/:conversationId' },
  { path: '/history', query: { botId: 'botId' } },
  { path: '/contacts/:contactId/conversations', bot: 'a', whitelist: false },
]);

export interface World {
  readonly trust?: TrustOptions;
  readonly view?: PolicyView;
  readonly mode?: 'enforce' | 'report';
  readonly otherPaths?: 'forward' | 'reject';
}

export function world(how: World = {}) {
  const { authorize } = judges(how);
  return (target: string, headers: readonly string[] = [], how?: How, over: Partial<Question> = {}) =>
    authorize(
      {
        method: 'GET',
        target,
        headers: ['Host', 'chat.example', ...headers],
        peer: { address: '10.0.0.1' },
        upgrade: false,
        ...over,
      },
      how,
    );
}

/** The function that is asked, and what it goes by. */
export function judges({
  trust = { cidrs: ['10.0.0.0/8'], source: 'x-forwarded-for' },
  view = f.policy(),
  mode = 'enforce',
  otherPaths = 'forward',
}: World = {}) {
  const verifier = createVerifier(
    { issuers: [staff], clockToleranceSeconds: 30, jwks: defaultJwks, cacheEntries: 100 },
    { log: { info() {}, warn() {} } },
  );
  const rules: Rules = {
    routes,
    trust: compileTrust(trust),
    identity: verifier,
    options: { otherPaths, canLogIn: true, defaults: { mode, requireLogin: false } },
  };
  const authorize = createAuthorize({ rules: () => rules, policy: () => view, now: () => Date.now() });
  return { authorize, rules };
}

export const told = ({ decision }: Answer): string => `${decision.outcome} ${decision.reason}`;
export const from = (address: string): string[] => ['X-Forwarded-For', address];
export const bearer = (text: string): string[] => ['Authorization', `Bearer ${text}`];
export const cookie = (text: string): string[] => ['Cookie', `theme=dark; session=${text}`];
