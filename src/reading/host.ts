import { isBotId } from '../policy/resource.ts';
import type { Fail } from './template.ts';

/** The hosts of a route: one exactly, or every one with a bot's id as one label. */
export interface HostPattern {
  /** Labels in lower case; null where the bot id stands. */
  readonly labels: readonly (string | null)[];
  readonly namesBot: boolean;
}

/** Compiles `chat.example` or `:botId.chat.example`. */
export function compileHost(text: string, fail: Fail): HostPattern {
  const labels = text.toLowerCase().split('.');
  const bots = labels.filter((label) => label === ':botid').length;
  const good = labels.every(
    (label) => label === ':botid' || /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label),
  );
  if (!good || bots > 1 || bots === labels.length) {
    return fail(`"${text}" is no host: a name without scheme and port, of which one label can be ":botId".`);
  }
  return { labels: labels.map((label) => (label === ':botid' ? null : label)), namesBot: bots > 0 };
}

/** A Host header as it is compared: without port and final dot, in lower case. */
export function bareHost(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}

/** The bot that a bare host names, empty where the pattern has none; undefined where the host is another. */
export function matchHost({ labels }: HostPattern, host: string): string | undefined {
  const given = host.split('.');
  if (given.length !== labels.length) return undefined;
  let bot = '';
  for (const [at, label] of labels.entries()) {
    const text = given[at] ?? '';
    if (label !== null && label !== text) return undefined;
    if (label === null) {
      if (!isBotId(text)) return undefined;
      bot = text;
    }
  }
  return bot;
}

/** The hosts that a request is for, bare; empty texts where none can be read. */
export function hostsOf(host: string | undefined, forwarded: string | undefined): readonly string[] {
  const hosts = [bareHost(host ?? '')];
  return forwarded === undefined || bareHost(forwarded) === hosts[0]
    ? hosts
    : [...hosts, bareHost(forwarded)];
}

/** True if one of the hosts is the pattern's. */
export function standsOnHost(pattern: HostPattern | undefined, hosts: readonly string[]): boolean {
  return pattern !== undefined && hosts.some((host) => matchHost(pattern, host) !== undefined);
}

/** True if one of the hosts is none that any route names. */
export function isStray(known: readonly HostPattern[], hosts: readonly string[]): boolean {
  return hosts.some((host) => !known.some((pattern) => matchHost(pattern, host) !== undefined));
}
