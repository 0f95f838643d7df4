import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import t from 'tap';
import { redisUser } from '../../src/policy-store/redis/keys.ts';
import { freePort } from '../support/redis.ts';
import { contract } from './contract.ts';
import { until } from './drafts.ts';
import { open, server, works } from './connection-scene.ts';

void t.test('contract, as a user with the rights that are documented and no other', async (t) => {
  const redis = await server();
  let site = 0;
  contract(t, async () => {
    site += 1;
    const name = `acl${String(site)}`;
    await redis.client.call('ACL', 'SETUSER', name, 'on', '>secret', ...redisUser(name).split(' '));
    const options = {
      url: redis.url.replace('//', '//ignored:wrong@'),
      username: name,
      password: 'secret',
      prefix: name,
    };
    return { open: () => Promise.resolve(open(options)) };
  });
  await redis.client.call('ACL', 'SETUSER', 'spy', 'on', '>secret', ...redisUser('spy').split(' '));
  const spy = new Redis(redis.url.replace('//', '//spy:secret@'));
  for (const [command, ...args] of [
    ['get', '{acl1}:head'],
    ['keys', '*'],
    ['flushall'],
    ['config', 'get', '*'],
  ]) {
    await t.rejects(spy.call(command ?? '', ...args), /NOPERM/, `${String(command)} is not the gateway's`);
  }
  spy.disconnect();
});

const tls = (name: string): string => fileURLToPath(new URL(`./tls/${name}`, import.meta.url));

void t.test('rediss: the certificate must come from the given authority', async (t) => {
  const ca = readFileSync(tls('ca.pem'), 'utf8');
  const port = await freePort();
  const files = `tls-cert-file ${tls('server.pem')}\ntls-key-file ${tls('server.key')}\ntls-ca-cert-file ${tls('ca.pem')}`;
  const plain = await server({
    config: `tls-port ${String(port)}\n${files}\ntls-auth-clients no\nrequirepass pw`,
  });
  const url = `rediss://127.0.0.1:${String(port)}/2`;
  await works(t, { url, ca, password: 'pw' }, 'TLS, a password and another database');
  const stranger = open({ url, password: 'pw' });
  await until(() => /certificate/.test(stranger.status().detail), 'an unknown authority is refused');
  t.equal(stranger.status().state, 'down');
  await stranger.close();
  const wrong = open({ url: plain.url, password: 'wrong' });
  await until(() => wrong.status().detail.includes('WRONGPASS'), 'a wrong password is named');
  await wrong.close();
});
