import t from 'tap';
import { problems } from '../../src/errors.ts';
import { compilePages } from '../../src/gateway/pages/page.ts';
import { ask, lines } from '../support/raw.ts';
import { as } from './judge.ts';
import {
  get,
  html,
  logo,
  openDoor,
  overV6Line,
  plainOptions,
  proxied,
  startPlatform,
  unknowing,
} from './pages-scene.ts';

const upstream = await startPlatform();
t.teardown(() => upstream.stop());

const hostile = `"><script>hit()</script><img src=x onerror=hit()>'`;

t.test('what a page says', async (t) => {
  const pages = compilePages({
    ...plainOptions,
    siteName: `Acme ${hostile}`,
    contact: 'support@chat.example',
    logo,
    texts: {
      de: { 'no-access.next': 'Fragen Sie im Service-Center nach.', from: hostile },
      nl: { 'no-access.title': 'Geen toegang' },
    },
  });
  const door = await openDoor(upstream.url, { pages });
  const refused = await door.visit('/t/closed/1', as.outsiderCookie);
  t.equal(refused.status, 403);
  t.match(refused.body, /You come from the address <strong>127\.0\.0\.1<\/strong>/);
  t.match(refused.body, /signed in as <strong>zo&#39;|signed in as <strong>/);
  t.match(refused.body, /<a href="\/login\?return_to=%2Ft%2Fclosed%2F1"[^>]*>Sign in with another account/);
  t.match(refused.body, /<a href="mailto:support@chat.example">/);
  t.match(refused.body, /<img src="data:image\/svg\+xml;base64,[^"]+" alt="">/);
  t.notMatch(refused.body, /<script>hit|<img src=x/, 'nothing of it is run');
  const id = refused.headers['x-request-id'] ?? '';
  t.ok(refused.body.includes(`data-id="${id}"><span>${id.slice(0, 4)}</span><span>${id.slice(4, 8)}</span>`));
  t.match(refused.headers, { 'content-language': 'en', 'content-security-policy': /img-src data:/ });
  const german = await door.visit(
    '/t/closed/1',
    as.outsiderCookie,
    'Accept-Language: xx, de-CH;q=0.9, fr;q=0.8',
  );
  t.match(german.body, /<html lang="de">[^]*<h1>Kein Zugang<\/h1>[^]*Fragen Sie im Service-Center nach\./);
  t.match(
    (await door.visit('/t/closed/1', as.outsiderCookie, 'Accept-Language: nl')).body,
    /<h1>Geen toegang<[^]*You do not have access/,
  );
  for (const [language, title] of Object.entries({
    fr: 'Accès refusé',
    es: 'Sin acceso',
    it: 'Accesso negato',
    'pt-BR': 'Sem acesso',
    tlh: 'No access',
  })) {
    const { body } = await door.visit('/t/closed/1', as.outsiderCookie, `Accept-Language: ${language}`);
    t.match(Buffer.from(body, 'latin1').toString(), `<h1>${title}</h1>`);
  }
  await door.stop();
  const quietPages = compilePages({ ...plainOptions, showAddress: false });
  const quiet = await openDoor(upstream.url, { pages: quietPages });
  t.notMatch(
    (await quiet.visit('/t/closed/1', as.outsiderCookie)).body,
    /127\.0\.0\.1/,
    'a setting leaves the address out',
  );
  await quiet.stop();
  const other = await openDoor(upstream.url, { pages: quietPages }, proxied);
  t.match((await other.visit('/t/closed/1', as.outsiderCookie, overV6Line)).body, /IPv4 addresses only/);
  await other.stop();
});

t.test('every reason that people meet is said in every language that is delivered', (t) => {
  const programs =
    /^token-|^(?:origin-mismatch|method-not-allowed|expectation-failed|rate-limited|too-many-connections)$/;
  const pages = compilePages(plainOptions);
  for (const code of Object.keys(problems) as (keyof typeof problems)[]) {
    if (programs.test(code)) continue;
    for (const acceptLanguage of ['de', 'fr', 'es', 'pt', 'it']) {
      const { body } = pages({ code, requestId: 'r', acceptLanguage });
      for (const part of ['title', 'detail', 'next'] as const)
        t.notOk(body.includes(`>${problems[code][part]}<`), `${acceptLanguage}: ${code}.${part}`);
    }
  }
  t.end();
});

t.test('pages that say “not now” ask again by themselves, a bounded number of times', async (t) => {
  const door = await openDoor(upstream.url, {}, unknowing);
  const knowing = await openDoor(upstream.url);
  for (let i = 0; i < 10; i += 1) t.equal((await door.visit('/t/closed/1')).headers['refresh'], '5');
  const last = await door.visit('/t/closed/1');
  t.notOk('refresh' in last.headers, 'then they wait for a hand');
  t.notMatch(last.body, /by itself/);
  t.match((await door.visit('/t/closed/2')).body, /tries again by itself/, 'another page does');
  t.notOk('refresh' in (await knowing.visit('/t/closed/1', as.outsiderCookie)).headers, 'a refusal does not');
  const posted = await ask(
    door.port,
    lines('POST /t/closed/3 HTTP/1.1', 'Host: a', html, 'Content-Length: 0'),
  );
  t.notOk('refresh' in posted.headers, 'nor a POST');
  await Promise.all([door.stop(), knowing.stop()]);
  const gone = await openDoor('http://127.0.0.1:9');
  t.match(
    await ask(gone.port, get('/')),
    { status: 502, headers: { refresh: '5' } },
    'nor is the platform there',
  );
  await gone.stop();
});
