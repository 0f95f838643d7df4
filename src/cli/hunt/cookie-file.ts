import { readFileSync } from 'node:fs';
import { usage } from '../io.ts';

/** Domain, subdomains, path, secure, expiry, name, value: a line as curl and browsers' exports write it. */
const JAR_FIELDS = 7;

/** A `Cookie` header of what a file holds: `name=value; other=value`, or a cookie jar in Netscape's format. */
export function cookieHeader(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const pairs = lines.flatMap((line) => {
    const fields = line.replace(/^#HttpOnly_/, '').split('\t');
    if (fields.length === JAR_FIELDS) return [`${fields[5] ?? ''}=${fields[6] ?? ''}`];
    return line.startsWith('#') ? [] : line.replace(/^cookie:/i, '').split(';');
  });
  return pairs
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .join('; ');
}

/** Reads it; what the file holds is in no message. */
export function readCookieFile(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw usage(`--cookie-file cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const header = cookieHeader(text);
  if (!/^[^\s=;]+=/.test(header) || /[^\x20-\x7e]/.test(header))
    throw usage('--cookie-file must hold cookies: "name=value; other=value", or the cookie jar of curl');
  return header;
}
