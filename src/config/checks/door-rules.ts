import { isLoopback } from '../../identity/discovery.ts';
import { classOf } from '../../gateway/header-names.ts';
import { plainName } from '../../gateway/identity-headers.ts';
import type { Config } from '../schema/schema.ts';
import type { Rule } from './rule.ts';

const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');
const portOf = (url: URL): number => Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);

const anyHost = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** True if a connection to this URL ends at that door. */
function reaches(url: string, door: Config['public' | 'private']): boolean {
  const host = hostOf(url);
  return portOf(new URL(url)) === door.port && (host === door.host || (isLoopback(host) && (anyHost(door.host) || isLoopback(door.host))));
}

const doors: Rule = {
  reads: ['public', 'private'],
  check({ config, findings }) {
    const { public: front, private: back } = config;
    const meet = front.host === back.host || anyHost(front.host) || anyHost(back.host);
    if (front.port !== 0 && front.port === back.port && meet) {
      findings.mistake(['private', 'port'], `is the public door's too (${front.port})`);
    }
    if (!isLoopback(back.host)) {
      findings.warn(
        ['private', 'host'],
        `${back.host} can be reached from other machines: metrics and the admin API must not be open to visitors`,
      );
    }
  },
};

const upstream: Rule = {
  reads: ['public', 'private', 'upstream'],
  check({ config, findings, asWritten }) {
    const { url, ca } = config.upstream;
    for (const door of ['public', 'private'] as const) {
      if (reaches(url, config[door])) findings.mistake(['upstream', 'url'], `is the gateway's own ${door} door`);
    }
    if (ca !== undefined && url.startsWith('http:')) {
      findings.warn(asWritten(['upstream', 'ca']), 'is not used: upstream.url is http');
    }
  },
};

const login: Rule = {
  reads: ['public', 'login'],
  check({ config, findings }) {
    const { url } = config.login;
    if (url === null || url.startsWith('/')) return;
    if (config.public.url === null) {
      findings.mistake(['login', 'url'], 'is absolute: `public.url` is needed for the way back from another host');
    }
    if (url.startsWith('http:') && !isLoopback(hostOf(url))) {
      findings.warn(['login', 'url'], 'is http: passwords would travel in the clear');
    }
  },
};

const proxies: Rule = {
  reads: ['trustedProxies', 'public'],
  check({ config, findings }) {
    const trust = config.trustedProxies;
    if (trust === undefined) {
      findings.warn(
        ['trustedProxies'],
        'is not set: a request with a forwarding header has an unknown address, which no range opens; the platform gets neither its X-Forwarded-For nor its X-Forwarded-Proto: https becomes http there. Name the proxies in `cidrs`, or set `cidrs: []` where none is in front',
      );
      return;
    }
    trust.cidrs.forEach((entry, index) => {
      if (/\/0$/.test(entry)) {
        findings.warn(['trustedProxies', 'cidrs', index], `${entry} trusts everybody: every visitor can claim any address`);
      }
    });
    if (trust.cidrs.length === 0 && trust.source === 'proxy-protocol') {
      findings.warn(['trustedProxies', 'cidrs'], 'is empty: under proxy-protocol every connection is closed');
    }
  },
};

/** What becomes of a header that an operator names, where it is none that tells who a visitor is. */
function fateOf(name: string): string | undefined {
  const kind = classOf(name);
  if (kind === 'identity' || kind === 'keep') return undefined;
  return kind === 'drop' ? 'is never passed on' : 'says nothing of who a visitor is';
}

const identityHeaders: Rule = {
  reads: ['trustedProxies', 'upstream'],
  check({ config, findings }) {
    const { passHeaders = [], cidrs = [], source } = config.trustedProxies ?? {};
    const { allowHeaders } = config.upstream;
    passHeaders.forEach((name, index) => {
      const wrong = fateOf(name);
      if (wrong !== undefined) findings.mistake(['trustedProxies', 'passHeaders', index], `${name} ${wrong}`);
    });
    if (passHeaders.length > 0 && source === 'proxy-protocol') {
      findings.mistake(
        ['trustedProxies', 'passHeaders'],
        'under proxy-protocol the proxy passes bytes on: visitors could write these headers themselves',
      );
    } else if (passHeaders.length > 0 && cidrs.length === 0) {
      findings.warn(['trustedProxies', 'passHeaders'], 'come from nobody: no proxy is trusted (`cidrs` is empty)');
    }
    allowHeaders.forEach((name, index) => {
      const path = ['upstream', 'allowHeaders', index];
      const isPassed = passHeaders.some((passed) => plainName(passed) === plainName(name));
      if (isPassed) findings.mistake(path, `${name} is in trustedProxies.passHeaders too: from proxies only, or from everybody`);
      else if (classOf(name) === 'keep') findings.warn(path, `${name} is no identity header: it is passed on anyway`);
      else if (classOf(name) !== 'identity') findings.mistake(path, `${name} ${fateOf(name) ?? ''}`);
      else findings.warn(path, `${name} is passed on from everybody: the platform must take nobody for somebody by it`);
    });
  },
};

/** Doors, upstream, login and proxies. */
export const doorRules: readonly Rule[] = [doors, upstream, login, proxies, identityHeaders];
