import { demoWhitelists } from './demo-data.mjs';

/** For the demo only: whoever reads this file manages its whitelists. */
export const demoAdminToken = 'demo-admin-token-of-this-machine-only';

/** The gateway's configuration in front of a platform whose sessions are opaque: who it is, the platform says. */
export const sessionsConfig = ({ platformUrl, dataDir, ports }) => ({
  public: { port: ports.public, ...(ports.public === 0 ? {} : { url: `http://127.0.0.1:${ports.public}` }) },
  private: { port: ports.private },
  upstream: { url: platformUrl },
  routes: [
    { path: '/transcripts/:botId/:conversationId' },
    // The desk refuses strangers itself: the gateway adds the address door, and leaves members to it.
    { path: '/desk/:botId/:conversationId', members: 'platform' },
  ],
  identity: {
    sessions: [
      {
        name: 'desk',
        from: ['cookie:PHPSESSID'],
        check: { url: '/api/me' },
        claims: {
          subject: 'body.name',
          bots: `body.role == 'administrator' && ['*'] || body.departments[].id`,
        },
        allBots: '*',
        ends: [{ path: '/logout' }],
      },
    ],
  },
  login: { url: '/login', returnParam: 'return_to' },
  trustedProxies: { cidrs: [] },
  store: { file: dataDir },
  admin: { public: true, token: demoAdminToken },
});

export const sessionsWhitelists = demoWhitelists;

const loginAs = (base, person, path) => `${base}/login?user=${person}&return_to=${encodeURIComponent(path)}`;

/** What to open, what it shows, and how that is told from anything else. */
export const sessionsLinks = (base) => [
  {
    title: 'Nobody is signed in',
    links: [
      {
        url: `${base}/transcripts/support/1001`,
        shows: 'a transcript: the platform knows nobody by your session, so you are asked to log in',
        status: 302,
        reason: 'no-credential',
      },
      {
        url: `${base}/transcripts/sales/2001`,
        shows: 'a transcript from a whitelisted address: 127.0.0.1 is on the list of “sales”',
        status: 200,
        decision: 'whitelisted-bot',
      },
      {
        url: `${base}/desk/support/1001`,
        shows: 'the desk’s own view: you are asked to log in',
        status: 302,
        reason: 'no-credential',
      },
    ],
  },
  {
    title: 'Each of these signs you in at the platform first',
    links: [
      {
        url: loginAs(base, 'agent', '/transcripts/support/1001'),
        shows: 'an agent of the department “support” sees its transcripts: the platform says who it is',
        status: 200,
        decision: 'bot-access',
      },
      {
        url: loginAs(base, 'newcomer', '/transcripts/support/1001'),
        shows: 'signed in, in no department: refused, and told why',
        status: 403,
        reason: 'no-access',
      },
      {
        url: loginAs(base, 'chief', '/transcripts/people/3001'),
        shows: 'an administrator sees every department’s',
        status: 200,
        decision: 'bot-access',
      },
      {
        url: loginAs(base, 'agent', '/desk/support/1001'),
        shows: 'the desk’s own view: the platform’s answer decides',
        status: 200,
        decision: 'platform-decides',
      },
      { url: `${base}/logout`, shows: 'signs you out; the gateway knows at once', status: 200 },
    ],
  },
];
