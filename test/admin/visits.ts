import fc from 'fast-check';
import '../support/uncounted.ts';
import { createSigner, seconds } from '../support/tokens.ts';

export const staff = createSigner('HS256', 'staff-1');
export const widget = createSigner('HS256', 'widget-1');
export const claims = { iss: 'https://issuer.example/', sub: 'ada', iat: seconds(-600), exp: seconds(3600) };
export const staffToken = (more: object): string => staff.sign({ ...claims, ...more });
export const widgetToken = (more: object): string =>
  widget.sign({ ...claims, iss: 'https://widget.example/', ...more });
export const root = staffToken({ sub: 'root', roles: ['super_admin'] });

/** One visitor: what they send, and from where. */
export interface Visit {
  readonly target: string;
  readonly method: string;
  readonly client: string;
  readonly credential: Record<string, string>;
  readonly headers: Record<string, string>;
  /** Whether explain is told the client IP, or reads the forwarding header itself. */
  readonly told: boolean;
}

const bot = fc.constantFrom(
  'sales',
  'support',
  'watched',
  'open',
  'none',
  'SALES',
  '%73ales',
  '.x',
  '',
  'a b'.replace(' ', '%20'),
);
const id = fc.constantFrom('c1', 'c2', '..', '%2e%2e', '', '%00', 'x;y=1', '%zz', 'c1.json', 'c%2fd');
const transcripts = fc.constantFrom(
  '/transcripts/',
  '/Transcripts/',
  '//transcripts/',
  '/%74ranscripts/',
  '/x/../transcripts/',
  '/transcripts;a=b/',
  '/transcripts%2f',
);
const target = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(transcripts, bot, id).map(([at, one, two]) => `${at}${one}/${two}`) },
  { weight: 1, arbitrary: fc.tuple(transcripts, bot).map(([at, one]) => `${at}${one}`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(bot, bot)
      .map(([one, two]) => `/history?bot=${one}&x=1${two === 'none' ? `&bot=${two}` : ''}`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('c1', 'c2', 'C1').map((contact) => `/contacts/${contact}/conversations/c1`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '/',
      '/app.js',
      '/transcript/sales/c1',
      '/login?x=%zz',
      '/history/..',
      '/a%5cb',
      '/transcripts',
    ),
  },
);
const client = fc.constantFrom(
  '203.0.113.7',
  '203.0.113.9',
  '203.0.113.10',
  '198.51.100.1',
  '192.0.2.1',
  '10.0.0.1',
  '2001:db8::1',
  '::ffff:203.0.113.7',
  'garbage',
  '010.0.0.1',
);
const expired = { exp: seconds(-300) };
const credential: fc.Arbitrary<Record<string, string>> = fc.constantFrom(
  {},
  {},
  { authorization: `Bearer ${staffToken({ bots: ['sales', 'watched'] })}` },
  { authorization: `Bearer ${staffToken({ bots: 'support' })}` },
  { authorization: `Bearer ${staffToken({ bots: ['sales'], ...expired })}` },
  { authorization: `Bearer ${staffToken({ bots: ['sales'] })}x` },
  { authorization: `Bearer ${staffToken({ iss: 'https://evil.example/' })}` },
  { authorization: `Bearer ${widgetToken({ contact_id: 'c1' })}` },
  { authorization: 'Basic YTpi' },
  { authorization: 'Bearer opaque' },
  { cookie: `session=${staffToken({ bots: ['sales'] })}` },
  { cookie: `a=b; session=${staffToken({ bots: ['sales'], ...expired })}` },
  { cookie: `session=; session=${staffToken({})}` },
  {
    cookie: `session=${staffToken({ bots: 'sales' })}; session=${staffToken({ sub: 'eve', bots: 'sales' })}`,
  },
  { cookie: `widget=${widgetToken({ contact_id: 'c1', conversations: ['c1'] })}` },
  { cookie: `widget=${widgetToken({ conversations: 'c2' })}; session=x.y.z` },
  { cookie: 'session=garbage' },
);
const headers: fc.Arbitrary<Record<string, string>> = fc.constantFrom(
  {},
  {},
  { accept: 'application/json' },
  { origin: 'https://x.example', 'access-control-request-method': 'GET' },
  { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate', accept: 'text/html' },
);
const method = fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND');
export const visit: fc.Arbitrary<Visit> = fc.record({
  target,
  method,
  client,
  credential,
  headers,
  told: fc.boolean(),
});
