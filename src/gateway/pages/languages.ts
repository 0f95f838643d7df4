import { english, textsOf, type Language, type LanguageTexts } from './phrases.ts';
import { french } from './words/fr.ts';
import { german } from './words/de.ts';
import { italian } from './words/it.ts';
import { portuguese } from './words/pt.ts';
import { spanish } from './words/es.ts';

const delivered: Readonly<Record<string, Language>> = {
  en: english,
  de: german,
  es: spanish,
  fr: french,
  it: italian,
  pt: portuguese,
};

export interface PageLanguage {
  /** As in BCP 47. */
  readonly tag: string;
  readonly texts: LanguageTexts;
}

/** Picks by `Accept-Language`; English where nothing fits. */
export type PickLanguage = (accepted: string | undefined) => PageLanguage;

/** The delivered languages and those that the operator added, each with the operator's own words. */
export function compileLanguages(
  own: Readonly<Record<string, Readonly<Record<string, string>>>>,
): PickLanguage {
  const byTag = new Map<string, PageLanguage>();
  const base = new Map(Object.entries(own).map(([tag, texts]) => [tag.toLowerCase(), { tag, texts }]));
  for (const tag of new Set([...Object.keys(delivered), ...base.keys()])) {
    const [primary = tag] = tag.split('-');
    const texts = { ...base.get(primary)?.texts, ...base.get(tag)?.texts };
    byTag.set(tag, { tag: base.get(tag)?.tag ?? tag, texts: textsOf(texts, delivered[primary]) });
  }
  const fallback: PageLanguage = byTag.get('en') ?? { tag: 'en', texts: textsOf({}) };
  return (accepted) => {
    for (const wanted of wantedTags(accepted ?? '')) {
      const found = byTag.get(wanted) ?? byTag.get(wanted.split('-')[0] ?? '');
      if (found !== undefined) return found;
    }
    return fallback;
  };
}

/** Nobody reads more languages than this. */
const mostTags = 20;

/** The tags of an `Accept-Language` header, the best first (RFC 9110 section 12.5.4). */
function wantedTags(header: string): string[] {
  const ranges = header
    .slice(0, 1_000)
    .split(',', mostTags)
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const weight = Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1);
      return { tag, weight: Number.isFinite(weight) ? weight : 0 };
    });
  return ranges
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag);
}
