import t from 'tap';
import { startGateway } from '../support/gateway-process.ts';
import { hmacSigner, seconds } from '../support/tokens.ts';
import { lookupKey, startWorstPlatform } from '../support/worst-platform.ts';

const signer = hmacSigner('HS256', 'k');
export const platform = await startWorstPlatform();
t.teardown(() => platform.stop());
const rooms = ['room', 'loadHistory'].map((name) => ({
  ...{ name, lookup: 'chats', ids: { conversationId: 'params[0]' } },
}));
const socket = (path: string, protocol: string, channels: readonly object[]) => ({
  ...{ path: `{/:lang}/${path}`, kind: 'socket', contacts: true },
  frames: { protocol, channels },
});
const adminToken = 'an-admin-token-of-the-test';
export const gateway = await startGateway({
  config: {
    upstream: { url: platform.url },
    routes: [
      { path: '{/:lang}/chat/print/:conversationId/:key', kind: 'page', lookup: 'chats' },
      { path: '{/:lang}/api/messages', kind: 'data', lookup: 'chats', body: { conversationId: 'chat_id' } },
      {
        path: '{/:lang}/graphql',
        kind: 'data',
        lookup: 'chats',
        body: { conversationId: 'variables.chatId' },
      },
      { path: '{/:lang}/api/tickets/:conversationId', kind: 'data', lookup: 'chats' },
      { path: '{/:lang}/storage/:file', kind: 'file', bot: 'any' },
      { path: '{/:lang}/feed', kind: 'socket', bot: 'any' },
      socket('cable', 'actioncable', [
        { name: 'RoomChannel', lookup: 'chats', ids: { conversationId: 'params.room' } },
      ]),
      socket('websocket', 'ddp', rooms),
      socket('sockjs', 'ddp', rooms),
    ],
    lookups: {
      chats: {
        ...{ url: '/own/chats/{conversationId}', headers: lookupKey, bot: 'dep', contact: 'user' },
        cacheSeconds: 1,
      },
    },
    identity: {
      sessions: [
        {
          name: 'desk',
          from: ['cookie:sid'],
          check: { url: '/own/me' },
          claims: { subject: 'body.id', bots: 'body.departments' },
        },
      ],
      issuers: [
        {
          ...{ name: 'contacts', issuer: 'i', audience: 'a', grants: ['contact'] },
          keys: [{ kid: 'k', algorithm: 'HS256', secretBase64: signer.secret.toString('base64') }],
        },
      ],
    },
    login: { url: '/login' },
    trustedProxies: { cidrs: ['127.0.0.1/32'] },
    admin: { token: adminToken },
  },
});
t.teardown(() => gateway.stop());

export async function list(scope: string, address: string): Promise<void> {
  const call = (method: string, path: string, body: object) =>
    fetch(`${gateway.privateUrl}/_gateway/api/v1/whitelists/${encodeURIComponent(scope)}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await call('POST', '/ranges', { start: address, end: address });
  await call('PATCH', '', { enabled: true });
}

const claims = { iss: 'i', aud: 'a', sub: 'c-17', contact_id: 'c-17', exp: seconds(600) };
export const people = {
  stranger: ['X-Forwarded-For: 192.0.2.9'],
  member: ['X-Forwarded-For: 192.0.2.9', 'Cookie: sid=ann'],
  'a member of another bot': ['X-Forwarded-For: 192.0.2.9', 'Cookie: sid=sam'],
  listed: ['X-Forwarded-For: 203.0.113.7'],
  'listed by the platform': ['X-Forwarded-For: 203.0.113.8'],
  contact: ['X-Forwarded-For: 192.0.2.9', `Authorization: Bearer ${signer.sign(claims)}`],
};
