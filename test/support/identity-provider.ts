import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { Provider } from 'oidc-provider';
import { newPair } from './tokens.ts';

/** A real OpenID provider with one client, `desk`, whose people sign in with any password. */
export interface IdentityProvider {
  readonly issuer: string;
  /** Signs somebody in as a browser would; resolves with their session there. */
  signIn(user: string): Promise<SignedIn>;
  /** Other keys from now on; the ones before are gone. */
  rotate(): void;
  /** What it was told by those it sends logout tokens to. */
  readonly sent: readonly string[];
  stop(): Promise<void>;
}

export interface SignedIn {
  readonly idToken: string;
  /** Signs out at the provider, which tells its clients. */
  signOut(): Promise<void>;
}

const secret = 'x'.repeat(40);
const redirect = 'https://desk.example/back';

/** `logoutUri`: where it sends logout tokens. */
export async function startIdentityProvider(
  logoutUri: string,
  bots: readonly string[],
): Promise<IdentityProvider> {
  let answer: RequestListener = () => undefined;
  const server = createHttp((request, response) => answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const sent: string[] = [];
  const rotate = (): void => {
    const provider = new Provider(issuer, configuration(logoutUri, bots));
    provider.on('backchannel.success', () => void sent.push('success'));
    provider.on('backchannel.error', (_context, error) => void sent.push(String(error)));
    answer = provider.callback();
  };
  rotate();
  return {
    issuer,
    sent,
    rotate,
    signIn: (user) => signIn(issuer, user),
    stop: () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}

function configuration(logoutUri: string, bots: readonly string[]): object {
  const key = { ...newPair('RS256').privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' };
  return {
    jwks: { keys: [key] },
    clients: [
      {
        ...{ client_id: 'desk', client_secret: secret, redirect_uris: [redirect] },
        ...{ backchannel_logout_uri: logoutUri, backchannel_logout_session_required: true },
      },
    ],
    claims: { openid: ['sub', 'bots'] },
    conformIdTokenClaims: false,
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id, bots }) }),
    // Its own refuses addresses of this machine.
    fetch: (url: string, { dispatcher: _, ...options }: RequestInit & { dispatcher?: unknown }) =>
      fetch(url, options),
    pkce: { required: () => false },
    features: { backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  };
}

/** A browser's part: cookies kept, redirects followed up to the client's own page. */
function createBrowser(issuer: string) {
  const jar = new Map<string, string>();
  return async (
    target: string,
    form?: Readonly<Record<string, string>>,
  ): Promise<Response & { at: string }> => {
    let url = new URL(target, issuer);
    let body = form && new URLSearchParams(form);
    for (;;) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(url, {
        redirect: 'manual',
        headers: { cookie },
        ...(body && { method: 'POST', body }),
      });
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
      const next = answer.headers.get('location');
      if (next === null) return Object.assign(answer, { at: url.href });
      url = new URL(next, url);
      body = undefined;
      if (!url.href.startsWith(issuer)) return Object.assign(answer, { at: url.href });
    }
  };
}

async function signIn(issuer: string, user: string): Promise<SignedIn> {
  const visit = createBrowser(issuer);
  const query = { client_id: 'desk', response_type: 'code', scope: 'openid', redirect_uri: redirect };
  const login = await visit(`/auth?${new URLSearchParams(query).toString()}`);
  const consent = await visit(login.at, { prompt: 'login', login: user, password: 'any' });
  const back = await visit(consent.at, { prompt: 'consent' });
  const code = new URL(back.at).searchParams.get('code');
  if (code === null) throw new Error(`no code at ${back.at}: ${await back.text()}`);
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`desk:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirect }),
  });
  const { id_token: idToken } = (await answer.json()) as { id_token: string };
  return {
    idToken,
    async signOut() {
      const page = await visit(`/session/end?id_token_hint=${idToken}`);
      const xsrf = /name="xsrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
      await (await visit('/session/end/confirm', { xsrf, logout: 'yes' })).text();
    },
  };
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
