import type { ProblemCode } from '../../errors.ts';
import type { ClientIp } from '../../policy/client-ip.ts';
import { compileLanguages } from './languages.ts';
import { logoUrl } from './logo.ts';
import { pageHeaders, script, style } from './look.ts';
import type { LanguageTexts } from './phrases.ts';

/** The operator's part of our own pages. */
export interface PageOptions {
  readonly siteName: string | null;
  readonly logo?: Uint8Array;
  /** An e-mail address, a URL, or words. */
  readonly contact: string | null;
  readonly showAddress: boolean;
  /** By language and key. */
  readonly texts: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A way to sign in. */
export interface SignIn {
  readonly url: string;
  /** Leads out of the frame that the page stands in. */
  readonly inFrame?: boolean;
  /** What stands behind `#` is taken along; `go`: at once. */
  readonly fragment?: 'keep' | 'go' | undefined;
}

/** What a page says beside its problem. */
export interface PageParts {
  readonly code: ProblemCode;
  readonly requestId: string;
  /** Where the visitor's address matters. */
  readonly client?: ClientIp | undefined;
  /** Who is signed in, as far as they are. */
  readonly subject?: string | undefined;
  readonly signIn?: SignIn | undefined;
  /** True where the page asks again by itself. */
  readonly retries?: boolean | undefined;
  /** The header. */
  readonly acceptLanguage?: string | undefined;
}

export interface Page {
  readonly headers: readonly string[];
  readonly body: string;
}

/** Pages that say in plain words what happened and what to do next. */
export type Pages = (parts: PageParts) => Page;

export function compilePages(options: PageOptions): Pages {
  const pick = compileLanguages(options.texts);
  const logo = options.logo === undefined ? undefined : logoUrl(options.logo);
  const headers = pageHeaders(logo !== undefined);
  return (parts) => {
    const { tag, texts } = pick(parts.acceptLanguage);
    const body = document(tag, texts, parts, { ...options, logo });
    return { headers: [...headers, 'Content-Language', tag], body };
  };
}

interface Site extends Omit<PageOptions, 'logo'> {
  readonly logo: string | undefined;
}

const rightToLeft = /^(?:ar|fa|he|ur|yi)\b/i;

function document(tag: string, texts: LanguageTexts, parts: PageParts, site: Site): string {
  const { code } = parts;
  const title = texts(`${code}.title`);
  const dir = rightToLeft.test(tag) ? ' dir="rtl"' : '';
  const name = site.siteName === null ? '' : ` – ${escaped(site.siteName)}`;
  const lines = [
    ...paragraph(escaped(texts(`${code}.detail`))),
    ...addressLines(texts, parts.client, site.showAddress),
    ...paragraph(
      parts.subject && filled(texts('signedInAs'), 'subject', `<strong>${escaped(parts.subject)}</strong>`),
    ),
    ...paragraph(escaped(texts(`${code}.next`))),
    ...paragraph(parts.retries === true ? escaped(texts('retrying')) : undefined),
    ...paragraph(parts.signIn && link(texts, parts.signIn, parts.subject !== undefined)),
    ...paragraph(
      site.contact === null ? undefined : filled(texts('ask'), 'contact', contactHtml(site.contact)),
    ),
  ];
  return `<!doctype html>
<html lang="${escaped(tag)}"${dir}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)}${name}</title>
<style>${style}</style>
</head>
<body>
<main>
${banner(site)}<h1>${escaped(title)}</h1>
${lines.join('\n')}
${footer(texts, parts.requestId)}
</main>
<script>${script}</script>
</body>
</html>
`;
}

function banner({ siteName, logo }: Site): string {
  if (siteName === null && logo === undefined) return '';
  const image = logo === undefined ? '' : `<img src="${escaped(logo)}" alt="">`;
  return `<header>${image}<span>${escaped(siteName ?? '')}</span></header>\n`;
}

function paragraph(html: string | undefined): string[] {
  return html === undefined || html === '' ? [] : [`<p>${html}</p>`];
}

function addressLines(texts: LanguageTexts, client: ClientIp | undefined, shown: boolean): string[] {
  if (client === undefined) return [];
  if (client.status === 'unknown') return paragraph(escaped(texts('unknownAddress')));
  const from = shown ? filled(texts('from'), 'address', `<strong>${escaped(client.address)}</strong>`) : '';
  return [...paragraph(from), ...paragraph(client.status === 'ipv6' ? escaped(texts('ipv6')) : '')];
}

function link(texts: LanguageTexts, { url, inFrame, fragment }: SignIn, isSwitch: boolean): string {
  const target = inFrame === true ? ' target="_top"' : '';
  const keep = fragment === undefined ? '' : ` data-fragment${fragment === 'go' ? ' data-go' : ''}`;
  const look = isSwitch ? '' : ' class="button"';
  return `<a href="${escaped(url)}"${target} id="sign-in"${look}${keep}>${escaped(texts(isSwitch ? 'switchAccount' : 'signIn'))}</a>`;
}

/** Only what is plainly an address becomes a link. */
function contactHtml(contact: string): string {
  const isUrl = /^https?:\/\/[^\s<>"]+$/i.test(contact);
  if (isUrl) return `<a href="${escaped(contact)}">${escaped(contact)}</a>`;
  const isMail = /^[^\s@<>"?&]+@[^\s@<>"?&]+$/.test(contact);
  return isMail ? `<a href="mailto:${escaped(contact)}">${escaped(contact)}</a>` : escaped(contact);
}

/** So many characters of an id of ours name a request among those of months; a log is searched for them as they are. */
const shortLength = 8;

function footer(texts: LanguageTexts, requestId: string): string {
  // An id of another's making may begin like all of its kind: it is shown whole.
  const short = /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(requestId) ? requestId.slice(0, shortLength) : requestId;
  const groups = short.length === shortLength ? [short.slice(0, 4), short.slice(4)] : [short];
  const shown = groups.map((group) => `<span>${escaped(group)}</span>`).join('');
  const button = `<button type="button" id="copy" data-done="${escaped(texts('copied'))}" aria-live="polite" hidden>${escaped(texts('copy'))}</button>`;
  return `<footer>${escaped(texts('request'))}<br><code id="id" data-id="${escaped(requestId)}">${shown}</code>${button}</footer>`;
}

/** The text with its one blank filled in; without a blank what belongs there follows it. */
function filled(text: string, name: string, html: string): string {
  const [before = '', ...after] = text.split(`{${name}}`);
  return after.length === 0
    ? `${escaped(before)} ${html}`
    : `${escaped(before)}${html}${escaped(after.join(''))}`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
