import { originForm } from '../reading/target.ts';
import type { GatewaySettings } from './options.ts';

/** How people are asked to log in. */
export type LoginMode = 'redirect' | 'inPlace' | 'pathParameter' | 'fragment';

/** What the login page's URL may hold in mode `pathParameter`: the way back, as it is or in Base64. */
export const returnPlaces = ['{return}', '{returnBase64}'] as const;

type Site = Pick<GatewaySettings, 'login' | 'publicUrl'>;

/** Where a page is sent to sign in, with the way back; undefined where no login page is configured. */
export function loginLocation(settings: Site, target: string): string | undefined {
  const { url, mode } = settings.login;
  return url !== null && mode === 'inPlace' ? url : locationOf(settings, url, target);
}

/** Where somebody who is signed in may change to another account. */
export function switchLocation(settings: Site, target: string): string | undefined {
  const { url, mode, switchUrl } = settings.login;
  return locationOf(settings, switchUrl ?? (mode === 'inPlace' ? null : url), target);
}

function locationOf(settings: Site, url: string | null, target: string): string | undefined {
  if (url === null) return undefined;
  const { returnParam } = settings.login;
  const back = wayBack(target);
  const whole = needsSite(url, settings.publicUrl)
    ? `${siteOf(settings.publicUrl)}${back}`
    : stayingOnSite(back);
  if (returnPlaces.some((place) => url.includes(place))) {
    const plain = withoutNames(encodeURIComponent(whole));
    const coded = encodeURIComponent(Buffer.from(whole, 'latin1').toString('base64'));
    return url.replace('{return}', () => plain).replace('{returnBase64}', () => coded);
  }
  const [page = '', fragment] = splitOnce(url, '#');
  const joint = page.includes('?') ? (/[?&]$/.test(page) ? '' : '&') : '?';
  const query = `${encodeURIComponent(returnParam)}=${withoutNames(encodeURIComponent(whole))}`;
  return `${page}${joint}${query}${fragment === undefined ? '' : `#${fragment}`}`;
}

/** A platform that takes what stands behind `index.php` for the path would show the page in place of its login. */
function withoutNames(value: string): string {
  return value.replaceAll('.', '%2E');
}

/** Path and query of the target; bytes that a URL cannot hold are percent-encoded one by one. */
function wayBack(target: string): string {
  return originForm(target).replace(
    /[^\x21-\x7e]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A path that starts with `//` would name another host; `/.//` is the same path on this one. */
export function stayingOnSite(path: string): string {
  return /^\/[/\\]/.test(path) ? `/.${path}` : path;
}

/** True for a page on another host than the site, or on one that may be. */
export function isElsewhere(url: string, publicUrl: string | null): boolean {
  if (!/^(?:[a-z][a-z0-9+.-]*:)?\/\//i.test(url)) return false;
  return publicUrl === null || new URL(url, publicUrl).origin !== siteOf(publicUrl);
}

/** True where the login page is on another host than the site, so that a path alone would not lead back. */
function needsSite(url: string, publicUrl: string | null): publicUrl is string {
  if (publicUrl === null || !/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return false;
  return new URL(url).origin !== new URL(publicUrl).origin;
}

function siteOf(publicUrl: string): string {
  return new URL(publicUrl).origin;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
