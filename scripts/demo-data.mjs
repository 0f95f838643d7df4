/** The gateway's configuration for the demo: what INTERFACES calls the example, in front of the stand-in platform. */
export const demoConfig = ({ platformUrl, dataDir, ports }) => ({
  public: { port: ports.public, ...(ports.public === 0 ? {} : { url: `http://127.0.0.1:${ports.public}` }) },
  private: { port: ports.private },
  upstream: { url: platformUrl },
  routes: [
    { path: '/transcripts/:botId/:conversationId' },
    { path: '/api/bots/:botId/conversations/:conversationId/transcript', exact: true },
    { path: '/history', query: { botId: 'botId' } },
    { path: '/contacts/:contactId/conversations', bot: 'support', whitelist: false },
  ],
  identity: {
    issuers: [
      {
        name: 'demo',
        issuer: 'stand-in',
        audience: 'transcript-gateway',
        keys: [{ jwksUrl: `${platformUrl}/jwks.json` }],
        from: ['bearer', 'cookie:session'],
        grants: ['member', 'contact', 'admin'],
      },
    ],
  },
  login: { url: '/login', returnParam: 'return_to' },
  trustedProxies: { cidrs: [] },
  store: { file: dataDir },
  admin: { public: true },
});

const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString();

/** Example whitelists: what `PATCH` and `POST …/ranges` of the admin API are given. */
export const demoWhitelists = () => [
  {
    scope: 'platform',
    settings: { enabled: true },
    ranges: [{ start: '198.51.100.0', end: '198.51.100.255', note: 'Head office' }],
  },
  {
    scope: 'bot:sales',
    settings: { enabled: true },
    ranges: [
      { start: '127.0.0.1', end: '127.0.0.1', note: 'This machine' },
      { start: '192.0.2.10', end: '192.0.2.20', note: 'Fair, this week', expiresAt: inDays(7) },
    ],
  },
  {
    scope: 'bot:support',
    settings: { enabled: false },
    ranges: [{ start: '203.0.113.0', end: '203.0.113.63', note: 'Call centre; switched off, and kept' }],
  },
];

const loginAs = (base, person, path) => `${base}/login?as=${person}&return_to=${encodeURIComponent(path)}`;

const withoutLogin = (base) => [
  { url: `${base}/`, shows: 'the platform’s home page: not guarded, as before', status: 200 },
  {
    url: `${base}/transcripts/support/1001`,
    shows: 'a transcript without bot access: you are asked to log in',
    status: 302,
    reason: 'no-credential',
  },
  {
    url: `${base}/transcripts/sales/2001`,
    shows: 'a transcript from a whitelisted address: 127.0.0.1 is on the list of “sales”',
    status: 200,
    decision: 'whitelisted-bot',
  },
];

const withLogin = (base) => [
  {
    url: loginAs(base, 'member', '/transcripts/support/1001'),
    shows: 'a member with access to “support” sees its transcripts, from anywhere',
    status: 200,
    decision: 'bot-access',
  },
  {
    url: loginAs(base, 'outsider', '/transcripts/support/1001'),
    shows: 'signed in, without access: refused, and told why',
    status: 403,
    reason: 'no-access',
  },
  {
    url: loginAs(base, 'contact', '/contacts/c-100/conversations'),
    shows: 'a contact sees their own conversations …',
    status: 200,
    decision: 'own-history',
  },
  {
    url: loginAs(base, 'contact', '/contacts/c-200/conversations'),
    shows: '… and nobody else’s',
    status: 403,
    reason: 'no-access',
  },
  {
    url: loginAs(base, 'super-admin', '/transcripts/people/3001'),
    shows: 'managing is not reading: a super admin sees no transcript',
    status: 403,
    reason: 'no-access',
  },
];

const managing = (base) => [
  {
    url: loginAs(base, 'super-admin', '/_gateway/'),
    shows: 'a super admin manages the platform’s list and every bot’s',
    status: 200,
  },
  {
    url: loginAs(base, 'owner', '/_gateway/'),
    shows: 'an owner of “sales” manages that list only',
    status: 200,
  },
  { url: `${base}/logout`, shows: 'logs you out again', status: 200 },
];

/** What to open, what it shows, and how that is told from anything else. */
export const demoLinks = (base) => [
  { title: 'Nobody is logged in', links: withoutLogin(base) },
  { title: 'Each of these logs you in first', links: withLogin(base) },
  { title: 'Whitelisting', links: managing(base) },
];
