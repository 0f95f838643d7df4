import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { createAsker, kindOf, type Over } from './session-scene.ts';

type Answer = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>];

/** What a platform answers about who somebody is. */
interface PlatformOf {
  readonly path: string;
  readonly answer: (headers: IncomingHttpHeaders) => Answer;
  /** What an operator writes, beside the path of the check. */
  readonly written: Over;
}

const claims = { subject: 'body.id', bots: 'body.bots', contact: null, conversations: null };
const page = { 'content-type': 'text/html' };

/** Each as it answers whoever has the session `good`, and whoever has another. */
const platforms: Readonly<Record<string, PlatformOf>> = {
  kratos: {
    path: '/sessions/whoami',
    answer: ({ cookie, 'x-session-token': token }) => {
      if (cookie === 'ory_kratos_session=aal1')
        return [403, { error: { id: 'session_aal2_required', code: 403 } }];
      if (cookie !== 'ory_kratos_session=good' && token !== 'good')
        return [401, { error: { code: 401, status: 'Unauthorized' } }];
      const identity = {
        id: '9f42',
        traits: { email: 'a@b.example' },
        metadata_public: { bots: ['support'] },
      };
      return [200, { id: 's', active: true, authenticator_assurance_level: 'aal1', identity }];
    },
    written: {
      from: ['cookie:ory_kratos_session'],
      signedIn: 'body.active',
      claims: { ...claims, subject: 'body.identity.id', bots: 'body.identity.metadata_public.bots' },
    },
  },
  authjs: {
    path: '/api/auth/session',
    answer: ({ cookie = '' }) =>
      /^authjs\.session-token(?:\.0)?=good/.test(cookie)
        ? [200, { user: { name: 'Ada', email: 'a@b.example' }, expires: '2099-01-01T00:00:00.000Z' }]
        : [200, null],
    written: {
      from: ['cookie:authjs.session-token*'],
      signedIn: 'body.user',
      claims: { ...claims, subject: 'body.user.email', bots: '"*"' },
    },
  },
  rocketChat: {
    path: '/api/v1/me',
    answer: (headers) =>
      headers['x-auth-token'] === 'good' && headers['x-user-id'] === 'u1'
        ? [200, { _id: 'u1', username: 'ada', roles: ['livechat-agent'], success: true }]
        : [401, { status: 'error', message: 'You must be logged in to do this.' }],
    written: {
      from: ['header:X-Auth-Token', 'header:X-User-Id'],
      claims: { ...claims, subject: 'body."_id"', bots: "contains(body.roles, 'livechat-agent') && '*'" },
    },
  },
  mattermost: {
    path: '/api/v4/users/me',
    answer: ({ cookie }) =>
      cookie === 'MMAUTHTOKEN=good'
        ? [200, { id: 'u1', roles: 'system_user support' }]
        : [401, { id: 'api.context.session_expired.app_error', status_code: 401 }],
    written: { from: ['cookie:MMAUTHTOKEN'], claims: { ...claims, bots: "split(body.roles, ' ')" } },
  },
  chatwoot: {
    path: '/auth/validate_token',
    answer: (headers) =>
      headers['access-token'] === 'good' && headers['client'] === 'c' && headers['uid'] === 'a@b.example'
        ? [200, { payload: { success: true, data: { id: 3, role: 'agent', inboxes: ['support'] } } }]
        : [401, { success: false, errors: ['Invalid login credentials'] }],
    written: {
      from: ['header:access-token', 'header:client', 'header:uid'],
      signedIn: 'body.payload.success',
      claims: { ...claims, subject: 'body.payload.data.id', bots: 'body.payload.data.inboxes' },
    },
  },
  sanctum: {
    path: '/api/user',
    answer: ({ authorization }) =>
      authorization === 'Bearer 1|good'
        ? [200, { id: 4, bots: ['support'] }]
        : [401, { message: 'Unauthenticated.' }],
    written: { from: ['bearer'], claims },
  },
  workos: {
    path: '/api/me',
    answer: ({ cookie }) =>
      cookie === 'wos-session=Fe26.2*good' ? [200, { id: 'user_1', bots: ['support'] }] : [401, {}],
    written: { from: ['cookie:wos-session'], claims },
  },
  rails: {
    path: '/account',
    answer: ({ cookie }) =>
      cookie === '_app_session=good' ? [200, '<p>Hello</p>', page] : [302, '', { location: '/login' }],
    written: { from: ['cookie:_app_session'], claims: { ...claims, subject: null, bots: '"*"' } },
  },
  django: {
    path: '/admin/',
    answer: ({ cookie }) =>
      cookie === 'sessionid=good'
        ? [200, '<a href="/admin/logout/">Log out</a>', page]
        : [200, '<form action="/admin/login/">', page],
    written: {
      from: ['cookie:sessionid'],
      signedIn: "contains(body, '/admin/logout/')",
      claims: { ...claims, subject: null, bots: '"*"' },
    },
  },
  express: {
    path: '/me',
    answer: ({ cookie }) =>
      cookie === 'connect.sid=s%3Agood.sig' ? [200, { id: 'u1', bots: ['a'] }] : [401, {}],
    written: { from: ['cookie:connect.sid'], claims },
  },
};

const unknownName = /^desk desk-[\w-]{12}: all$/;
const nobody = 'nobody: no-credential';
const refused = 'nobody: token-invalid';
type Row = readonly [of: string, expected: string | RegExp, ...headers: string[]];
const rows: readonly Row[] = [
  ['kratos', 'desk 9f42: support', 'Cookie', 'csrf=1; ory_kratos_session=good'],
  ['kratos', nobody, 'Cookie', 'ory_kratos_session=made-up'],
  ['kratos', nobody, 'Cookie', 'ory_kratos_session=aal1'],
  ['authjs', 'desk a@b.example: all', 'Cookie', 'authjs.session-token=good'],
  ['authjs', 'desk a@b.example: all', 'Cookie', 'authjs.session-token.0=good; authjs.session-token.1=b'],
  ['authjs', nobody, 'Cookie', 'authjs.session-token=made-up'],
  ['rocketChat', 'desk u1: all', 'X-Auth-Token', 'good', 'X-User-Id', 'u1'],
  ['rocketChat', nobody, 'X-Auth-Token', 'good', 'X-User-Id', 'u2'],
  ['rocketChat', nobody, 'X-Auth-Token', 'good'],
  ['mattermost', 'desk u1: system_user support', 'Cookie', 'MMAUTHTOKEN=good; MMUSERID=u2'],
  ['mattermost', nobody, 'Cookie', 'MMAUTHTOKEN=made-up'],
  ['chatwoot', 'desk 3: support', 'access-token', 'good', 'client', 'c', 'uid', 'a@b.example'],
  ['chatwoot', nobody, 'access-token', 'good', 'client', 'c', 'uid', 'eve@b.example'],
  ['sanctum', 'desk 4: support', 'Authorization', 'Bearer 1|good'],
  ['sanctum', refused, 'Authorization', 'Bearer 1|made-up'],
  ['workos', 'desk user_1: support', 'Cookie', 'wos-session=Fe26.2*good'],
  ['workos', nobody, 'Cookie', 'wos-session=Fe26.2*made-up'],
  ['rails', unknownName, 'Cookie', '_app_session=good'],
  ['rails', nobody, 'Cookie', '_app_session=made-up'],
  ['django', unknownName, 'Cookie', 'sessionid=good; csrftoken=1'],
  ['django', nobody, 'Cookie', 'sessionid=made-up'],
  ['express', 'desk u1: a', 'Cookie', 'connect.sid=s%3Agood.sig'],
  ['express', nobody, 'Cookie', 'connect.sid=s%3Amade-up.sig'],
];

t.test('sessions of platforms as they are, by what an operator writes', async (t) => {
  for (const [of, expected, ...headers] of rows) {
    const one = platforms[of];
    if (one === undefined) throw new Error(`no platform ${of}`);
    const server = createServer((request, response) => {
      const [status, body, more] =
        request.url === one.path ? one.answer(request.headers) : [404, 'no such page'];
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json', ...more }).end(text);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${one.path}`;
    const asker = createAsker([kindOf('', { ...one.written, check: { url } })]);
    t.match(await asker.who(['host', 'chat.example', ...headers]), expected, `${of}: ${headers.join(' ')}`);
    await asker.stop();
    server.close();
  }
});
