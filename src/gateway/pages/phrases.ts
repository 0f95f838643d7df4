import { problems, type ProblemCode } from '../../errors.ts';

/** What pages say beside the problem; `{…}` is filled in. */
export interface Phrases {
  readonly from: string;
  readonly ipv6: string;
  readonly unknownAddress: string;
  readonly signedInAs: string;
  readonly signIn: string;
  readonly switchAccount: string;
  readonly ask: string;
  readonly retrying: string;
  readonly request: string;
  readonly copy: string;
  readonly copied: string;
}

export type ProblemTexts = readonly [title: string, detail: string, next: string];

/** Reasons that other rooms may yet give have their words too. */
export type PageCode = ProblemCode | 'sessions-unavailable' | 'lookup-unavailable' | 'session-ended';

/** One language, as delivered; what a person in a browser hardly meets is in English. */
export interface Language {
  readonly phrases: Phrases;
  readonly problems: Partial<Readonly<Record<PageCode, ProblemTexts>>>;
}

/** A text's key: a phrase's name, or a reason and which of its sentences. */
export type TextKey = keyof Phrases | `${ProblemCode}.${'title' | 'detail' | 'next'}`;

/** The texts of one language, whole. */
export type LanguageTexts = (key: TextKey) => string;

export const english: Language = {
  phrases: {
    from: 'You come from the address {address}.',
    ipv6: 'You came over IPv6. Lists of addresses hold IPv4 addresses only, so yours cannot be in one.',
    unknownAddress:
      'Your address could not be determined, so it cannot be looked for in a list of addresses.',
    signedInAs: 'You are signed in as {subject}.',
    signIn: 'Sign in',
    switchAccount: 'Sign in with another account',
    ask: 'Questions? Ask {contact}.',
    retrying: 'This page tries again by itself.',
    request: 'If you ask for help, name this request:',
    copy: 'Copy',
    copied: 'Copied',
  },
  problems: {},
};

const parts = ['title', 'detail', 'next'] as const;

/** Every key that a text can have. */
export const textKeys: ReadonlySet<string> = new Set([
  ...Object.keys(english.phrases),
  ...Object.keys(problems).flatMap((code) => parts.map((part) => `${code}.${part}`)),
]);

/** The operator's words before ours, ours before English. */
export function textsOf(own: Readonly<Record<string, string>>, language: Language = english): LanguageTexts {
  const all = new Map<string, string>(Object.entries({ ...english.phrases, ...language.phrases }));
  for (const [code, problem] of Object.entries(problems))
    for (const part of parts) all.set(`${code}.${part}`, problem[part]);
  for (const [code, texts] of Object.entries(language.problems))
    parts.forEach((part, at) => all.set(`${code}.${part}`, texts[at] ?? ''));
  for (const [key, text] of Object.entries(own)) all.set(key, text);
  return (key) => all.get(key) ?? '';
}
