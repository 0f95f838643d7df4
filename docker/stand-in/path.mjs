const literals =
  /^(transcripts|history|contacts|conversations|api|bots|transcript|attachments|live|events)$/i;

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Drops `;params` and what a lenient backend takes for the end of a name; ids keep their letters. */
function tidy(segment) {
  const bare = segment.replace(/;.*$/s, '').replace(/[\s.]+$/, '');
  const name = bare.replace(/\.(html?|json|php|do)$/i, '');
  return literals.test(name) ? name.toLowerCase() : bare;
}

/**
 * The segments that this platform takes a target for. It forgives whatever backends are known to forgive: double
 * encoding, backslashes, doubled slashes, dot segments, letter case, parameters, suffixes. A gateway has to expect it.
 */
export function segmentsOf(path) {
  const plain = decode(decode(path)).replace(/\\/g, '/');
  const segments = [];
  for (const segment of plain.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(tidy(segment));
  }
  return segments.filter((segment) => segment !== '');
}

/** Path and query of a request target, absolute-form included. */
export function readTarget(target) {
  const origin = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '') || '/';
  const at = origin.indexOf('?');
  const path = at === -1 ? origin : origin.slice(0, at);
  return { segments: segmentsOf(path), query: new URLSearchParams(at === -1 ? '' : origin.slice(at + 1)) };
}

/** The part of a return address that stays on this site. */
export function localPath(text) {
  if (!text) return '/';
  const path = text.replace(/^https?:\/\/[^/]+/i, '');
  return /^\/(?![/\\])/.test(path) ? path : '/';
}
