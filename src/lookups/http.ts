import { createCaller, readJsonValue } from '../identity/sessions/call.ts';
import type { HttpSource, Source, SourceAnswer } from './options.ts';

/** Calls that run at one time; more wait for their turn. */
const AT_ONCE = 16;
const PLACEHOLDER = '{conversationId}';

/** Asks an API. Its ids are of an alphabet without separators, so that one never changes whom is asked. */
export function createHttpSource(source: HttpSource, timeoutMs: number): Source {
  const { origin } = new URL(source.url.replaceAll(PLACEHOLDER, 'id'));
  const caller = createCaller(origin, AT_ONCE, source.ca);
  const headers = Object.entries({ accept: 'application/json', ...lowerCased(source.headers) }).flat();
  if (source.host !== null) headers.push('host', source.host);
  const path = source.url.slice(source.url.indexOf('/', source.url.indexOf('//') + 2));
  return {
    async ask(conversation) {
      const target = path.replaceAll(PLACEHOLDER, encodeURIComponent(conversation));
      const answer = await caller.call({
        origin,
        path: target,
        method: 'GET',
        headers,
        timeoutMs,
        bodyBytes: source.bodyBytes,
      });
      return typeof answer === 'string'
        ? unavailable(answer)
        : read(answer.status, answer.text, source.missing);
    },
    close: () => caller.close(),
  };
}

function read(status: number, text: string, missing: readonly number[]): SourceAnswer {
  if (missing.includes(status)) return { kind: 'missing' };
  if (status !== 200) return unavailable(`it answered ${String(status)}`);
  const value = readJsonValue(text);
  return value === undefined ? unavailable('its answer is no JSON object or list') : { kind: 'value', value };
}

const unavailable = (why: string): SourceAnswer => ({ kind: 'unavailable', why });

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
