import type { IncomingHttpHeaders } from 'node:http';

/** What asks: a page in a tab, a page in a frame, or a program. */
export type Asker = 'page' | 'frame' | 'program';

const framed = new Set(['iframe', 'frame', 'embed', 'object']);

/**
 * Who is asking, as far as the request says. A page may be sent to sign in; a frame gets a page that says so;
 * everything else gets a status and a problem. Browsers say where it goes (Fetch Metadata); older ones do not.
 */
export function askerOf(method: string | undefined, headers: IncomingHttpHeaders): Asker {
  if (method !== 'GET' && method !== 'HEAD') return 'program';
  if (headers.authorization !== undefined || headers.upgrade !== undefined) return 'program';
  const mode = headers['sec-fetch-mode'];
  if (mode !== undefined && mode !== 'navigate') return 'program';
  if (!prefersHtml(headers.accept)) return 'program';
  const dest = headers['sec-fetch-dest'];
  if (dest === undefined || dest === 'document') return 'page';
  return typeof dest === 'string' && framed.has(dest) ? 'frame' : 'program';
}

/** True where HTML is asked for by name, and nothing that programs read is asked for more. */
export function prefersHtml(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  let html = 0;
  let data = 0;
  for (const part of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim());
    const quality = qualityOf(parameters);
    if (type === 'text/html' || type === 'application/xhtml+xml' || type === 'text/*')
      html = Math.max(html, quality);
    else if (/^application\/(?:[a-z0-9.+-]+\+)?json$|^text\/event-stream$/.test(type))
      data = Math.max(data, quality);
  }
  return html > 0 && html >= data;
}

function qualityOf(parameters: readonly string[]): number {
  const text = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  if (text === undefined) return 1;
  const quality = Number(text);
  return Number.isFinite(quality) ? Math.min(1, Math.max(0, quality)) : 0;
}
