import { parseAddress, type Address } from './address.ts';
import { trimEnds } from './trim.ts';

/** One hop as a header wrote it; no address where it cannot be read. */
export interface WrittenHop {
  readonly text: string;
  readonly address?: Address;
  readonly proto?: string;
  readonly host?: string;
}

const PORT = '(?::\\d{1,5})?';
const V4_WITH_PORT = new RegExp(`^(\\d[\\d.]*)${PORT}$`);
const V6_IN_BRACKETS = new RegExp(`^\\[([0-9A-Fa-f:.]+)\\]${PORT}$`);

/** The hops of X-Forwarded-For, left to right: bare addresses, `a.b.c.d:port`, `[v6]` and `[v6]:port`. */
export function forwardedForHops(values: readonly string[]): WrittenHop[] {
  return values
    .join(',')
    .split(',')
    .map((entry) => {
      const text = trimEnds(entry, ' \t', ' \t');
      const inner = V4_WITH_PORT.exec(text)?.[1] ?? V6_IN_BRACKETS.exec(text)?.[1] ?? text;
      return written(text, readBracketed(text, inner));
    });
}

/** Brackets are for IPv6 only; what is in them must be one, mapped IPv4 included. */
function readBracketed(text: string, inner: string): Address | undefined {
  return text.startsWith('[') && !inner.includes(':') ? undefined : parseAddress(inner);
}

function written(text: string, address: Address | undefined): WrittenHop {
  return address === undefined ? { text } : { text, address };
}

/** `for=192.0.2.1`, `for="192.0.2.1:47"`, `for="[2001:db8::1]:47"`: RFC 7239 section 6, ports may be obfuscated. */
const NODE_V4 = /^(\d[\d.]*)(?::(?:\d{1,5}|_[\w.-]+))?$/;
const NODE_V6 = /^\[([0-9A-Fa-f:.]+)\](?::(?:\d{1,5}|_[\w.-]+))?$/;

/** The hops of Forwarded (RFC 7239), left to right; a line that breaks the grammar is one unreadable hop. */
export function forwardedHops(values: readonly string[]): WrittenHop[] {
  return values.flatMap((value) => {
    const elements = parseElements(value);
    return elements === undefined ? [{ text: value }] : elements.map(toHop);
  });
}

function toHop(element: ReadonlyMap<string, string>): WrittenHop {
  const node = element.get('for') ?? '';
  const inner = NODE_V4.exec(node)?.[1] ?? NODE_V6.exec(node)?.[1] ?? '';
  const proto = element.get('proto');
  const host = element.get('host');
  return {
    ...written(node, readBracketed(node, inner)),
    ...(proto === undefined ? {} : { proto }),
    ...(host === undefined ? {} : { host }),
  };
}

const PAIR = /[ \t]*([!#$%&'*+\-.^_`|~\w]+)=(?:([!#$%&'*+\-.^_`|~\w]+)|"((?:[^"\\]|\\.)*)")[ \t]*/y;

/** `name=value;name="value", …` with names in lower case; undefined where the grammar is broken. */
function parseElements(value: string): ReadonlyMap<string, string>[] | undefined {
  const elements: Map<string, string>[] = [];
  let element = new Map<string, string>();
  for (let at = 0; ;) {
    PAIR.lastIndex = at;
    const found = PAIR.exec(value);
    if (found === null) return undefined;
    const name = (found[1] ?? '').toLowerCase();
    if (element.has(name)) return undefined;
    element.set(name, found[2] ?? (found[3] ?? '').replace(/\\(.)/gs, '$1'));
    at = PAIR.lastIndex;
    const next = value.charAt(at);
    if (next !== '' && next !== ',' && next !== ';') return undefined;
    if (next !== ';') {
      elements.push(element);
      element = new Map();
    }
    if (next === '') return elements;
    at++;
  }
}
