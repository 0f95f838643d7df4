import { withoutEntities, withoutEscapes } from './phrase.ts';

const ATTRIBUTE =
  /\s(?:href|src|action|formaction|poster|data(?:-[\w-]+)?|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))/gi;
/** A script's text that is a path, or is given to what loads something. */
const PATH_TEXT = /(["'`])((?:https?:\/)?\/[^"'`\s<>\\]{1,400})\1/g;
const LOADED_TEXT =
  /\b(?:fetch|url|uri|href|src|get|post|load|getJSON|ajax|open|EventSource|location)\s*[(:=]\s*(["'`])([^"'`\s<>\\]{1,400})\1/gi;
const BASE = /<base\s[^>]*href\s*=\s*["']([^"']+)["']/i;

/** What shows no transcript. */
const ASSET = /\.(?:css|js|mjs|map|png|jpe?g|gif|svg|ico|webp|woff2?|ttf|eot|mp3|ogg|wav|mp4)$/i;
/** What a legacy platform may do on a mere GET, by the cookie of whoever hunts. */
const CHANGES =
  /log-?_?(?:out|off)|sign-?_?out|delete|remove|destroy|trash|clos|finish|terminate|transfer|block|ban(?:$|[/_-])|kick|send|accept|revoke|reset|clear|unsubscribe|edit|update|save|add(?:$|[/_-])|set(?:$|[/_-])|vote|rate|install/i;

/**
 * What a page, script or JSON of the platform's own names of the same site, as targets: links, images, forms, and
 * texts of scripts that are paths or are loaded.
 *
 * Left out: what cannot show words, and what by its name would change something.
 */
export function linksIn(text: string, at: string, origins: readonly string[]): string[] {
  const [home = 'http://localhost'] = origins;
  const base = urlOf(BASE.exec(text)?.[1] ?? at, urlOf(at, home)?.href ?? home)?.href ?? home;
  const plain = withoutEntities(withoutEscapes(text));
  const named = [
    ...[...text.matchAll(ATTRIBUTE)].map(([, one, two, three]) => withoutEntities(one ?? two ?? three ?? '')),
    ...[...plain.matchAll(PATH_TEXT), ...plain.matchAll(LOADED_TEXT)].map(([, , found = '']) => found),
  ];
  const targets = named.flatMap((name) => {
    const url = isUrlLike(name) ? urlOf(name.trim(), base) : undefined;
    return url !== undefined && origins.includes(url.origin) && isAsked(url)
      ? [`${url.pathname}${url.search}`]
      : [];
  });
  return [...new Set(targets)];
}

/** No template that a script still has to fill, no text of an attribute that holds words. */
function isUrlLike(name: string): boolean {
  return (
    name !== '' && !/^(?:#|data:|javascript:|mailto:|tel:)/i.test(name) && !/[{}<>\s]|\$\(/.test(name.trim())
  );
}

function isAsked({ pathname, search }: URL): boolean {
  return !ASSET.test(pathname) && !CHANGES.test(pathname) && !CHANGES.test(search);
}

function urlOf(text: string, base: string): URL | undefined {
  return URL.canParse(text, base) ? new URL(text, base) : undefined;
}
