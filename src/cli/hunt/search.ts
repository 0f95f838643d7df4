import type { Asker, Answered } from './ask.ts';
import { readLink, type Link } from './link.ts';
import { linksIn } from './page-links.ts';
import { spellings, type Spelling } from './spellings.ts';

/** One request that shows the phrase. */
export interface Shown extends Spelling {
  readonly status: number;
  /** True where it is shown without the cookies too. */
  readonly toStrangers: boolean;
}

export interface Searched {
  readonly shown: readonly Shown[];
  readonly asked: number;
  /** Requests that got no answer. */
  readonly unanswered: number;
  /** Left out at the bound. */
  readonly left: number;
  /** True where the link shows the phrase at the end as it did at first. */
  readonly holds: boolean;
}

export interface Search {
  readonly asker: Asker;
  readonly link: Link;
  readonly target: string;
  /** The platform's own, and the site's. */
  readonly origins: readonly string[];
  readonly most: number;
  readonly hasCookie: boolean;
  readonly progress: (asked: number, of: number) => void;
}

const AT_ONCE = 3;
const PAUSE_MS = 25;

/** What waits to be asked, each once; links of pages at most a third of all. */
function createQueue(search: Search) {
  const seen = new Set<string>([`GET ${search.target}`]);
  const waiting: Spelling[] = [];
  let linked = 0;
  const add = (one: Spelling, first: boolean): void => {
    const name = `${one.method} ${one.target}`;
    if (seen.has(name)) return;
    seen.add(name);
    if (first) waiting.unshift(one);
    else waiting.push(one);
  };
  return {
    waiting,
    spelling: (one: Spelling) => add(one, false),
    /** What a page names: of the conversation's ids first. */
    linked(targets: readonly string[], family: string) {
      const has = (target: string): boolean => [...search.link.ids].some((id) => target.includes(id));
      const ordered = [...targets].sort((one, other) => Number(has(other)) - Number(has(one)));
      const taken = ordered.slice(0, Math.max(0, Math.floor(search.most / 3) - linked));
      linked += taken.length;
      for (const target of taken.reverse()) add({ method: 'GET', target, family }, true);
    },
  };
}

/** Asks for the link, for what its pages name and for its spellings, a few at a time. */
export async function searchPlatform(search: Search, first: Answered): Promise<Searched> {
  const { asker, target, most, origins, hasCookie } = search;
  const shown: Shown[] = [];
  // The link, what does not exist, and the link once more at the end.
  let asked = 3;
  let unanswered = 0;
  const queue = createQueue(search);
  const ask = (one: Spelling, as: 'given' | 'stranger') => {
    asked += 1;
    return asker.ask(one, as);
  };
  const note = async (one: Spelling, { status, text }: Answered): Promise<void> => {
    const bare = hasCookie ? await ask(one, 'stranger') : undefined;
    shown.push({ ...one, status, toStrangers: !hasCookie || bare?.hasPhrase === true });
    queue.linked(linksIn(text, one.target, origins), 'page');
  };
  const own: Spelling = { method: 'GET', target, family: 'link' };
  spellings(search.link).forEach(queue.spelling);
  await note(own, first);
  const work = async (): Promise<void> => {
    for (;;) {
      const one = asked < most ? queue.waiting.shift() : undefined;
      if (one === undefined) return;
      const answer = await ask(one, 'given');
      if (answer === undefined) unanswered += 1;
      else if (answer.hasPhrase) await note(one, answer);
      else if (answer.location !== undefined)
        queue.linked(leadsTo(answer.location, one.target, search), 'redirect');
      search.progress(asked, asked + queue.waiting.length);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const last = await asker.ask(own, 'given');
  return {
    shown: byOrder(shown),
    asked,
    unanswered,
    left: queue.waiting.length,
    holds: last?.hasPhrase === true,
  };
}

/** A redirect on the site to what names the conversation; a login page is none. */
function leadsTo(location: string, at: string, { link, origins }: Search): string[] {
  const inPath = (path: string): boolean => readLink(path).segments.some((segment) => link.ids.has(segment));
  return linksIn(` href="${location.replaceAll('"', '%22')}"`, at, origins).filter(inPath);
}

const FAMILIES = ['link', 'prefix', 'action', 'page', 'redirect', 'format', 'query'];

/** The plainest first: routes are made of them. */
function byOrder(shown: readonly Shown[]): Shown[] {
  const rank = ({ family }: Shown): number => {
    const at = FAMILIES.indexOf(family);
    return at < 0 ? FAMILIES.length : at;
  };
  return [...shown].sort((one, other) => rank(one) - rank(other));
}
