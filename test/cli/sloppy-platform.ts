import type { IncomingMessage } from 'node:http';
import type { Test } from 'tap';
import { serve } from './scene.ts';

/** Words of its transcript. */
export const PHRASE = 'the parcel is behind the red door';
/** The cookie of who may see its files. */
export const SECRET = 'sid=very-secret-session';

/** Routes by the last two segments behind any language, strips what is no letter from words, and has more doors. */
function sloppy(request: IncomingMessage): { status: number; text: string; location?: string } {
  const url = new URL(request.url ?? '/', 'http://h');
  const segments = url.pathname
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => segment.replace(/[^A-Za-z0-9_-]/g, ''));
  const [first = ''] = segments;
  const rest = /^[a-z]{2,3}$/.test(first) && first !== 'raw' ? segments.slice(1) : segments;
  const transcript = {
    status: 200,
    text: `<a href="/files/17"></a><a href="/print/delete/17"></a>${PHRASE}`,
  };
  if (rest[0] === 'print' && rest[1] === '17') return transcript;
  if (rest[0] === 'raw' && rest[1] === '17') return { status: 200, text: JSON.stringify({ words: PHRASE }) };
  if (rest[0] === 'files' && rest[1] === '17')
    return request.headers.cookie === SECRET
      ? { status: 200, text: PHRASE.toUpperCase() }
      : { status: 403, text: '' };
  if (rest[0] === 'elsewhere')
    return { status: 302, text: '', location: 'http://elsewhere.example/print/17' };
  return { status: 404, text: 'nothing here' };
}

/** Starts it; keeps what it was asked. */
export async function openSloppy(t: Test) {
  const seen: IncomingMessage[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const url = await serve(t, (request, response) => {
    seen.push(request);
    mostAtOnce = Math.max(mostAtOnce, (atOnce += 1));
    setTimeout(() => {
      atOnce -= 1;
      const { status, text, location } = sloppy(request);
      response.writeHead(status, {
        'set-cookie': 'sid=other',
        ...(location === undefined ? {} : { location }),
      });
      response.end(text);
    }, 1);
  });
  return { url, seen, mostAtOnce: () => mostAtOnce };
}
