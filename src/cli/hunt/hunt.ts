import { resolve } from 'node:path';
import type { Config } from '../../config/index.ts';
import { originForm } from '../../reading/target.ts';
import { jsonFlag } from '../command.ts';
import type { Command, CommandArguments } from '../command.ts';
import { CommandError, DONE, FAILED, usage, writeJson } from '../io.ts';
import type { Io } from '../io.ts';
import { createProgress } from '../progress.ts';
import { createAsker, type Answered, type Asker } from './ask.ts';
import { readCookieFile } from './cookie-file.ts';
import { hostOf, readConfigOf, readCount, readPhrase } from './given.ts';
import { createGuard } from './guard.ts';
import { readLink } from './link.ts';
import { missingRoutes } from './missing-routes.ts';
import { namesOf, type LinkNames } from './names.ts';
import { isOpen, writeFound, type Found } from './report.ts';
import { browserOf, pageLoads } from './page-loads.ts';
import { searchPlatform, type Shown } from './search.ts';
import { watch } from './watch.ts';

const MOST = 400;

interface Hunt {
  readonly config: Config;
  readonly target: string;
  readonly phrase: string;
  readonly cookie: string | undefined;
  readonly most: number;
  /** What the platform is asked as. */
  readonly host: string;
  /** A browser that opens the link, where there is one. */
  readonly program: string | undefined;
  readonly origins: readonly string[];
}

/** The link as a target; only of the platform, or of the site that it is behind. */
function targetOf(link: string, origins: readonly string[]): string {
  const whole = link.startsWith('/') && !link.startsWith('//');
  if (!whole && !(URL.canParse(link) && origins.includes(new URL(link).origin)))
    throw usage(`"${link}" is not of ${origins.join(' or ')}: only upstream.url is asked`);
  const target = originForm(link.replace(/#.*$/s, ''));
  if (!/^\/[\x21-\x7e]*$/.test(target))
    throw usage('the link must be percent-encoded, as a browser sends it');
  return target;
}

function readHunt(given: CommandArguments, io: Io, command: Command): Hunt {
  const [link, ...rest] = given.positionals;
  if (link === undefined) throw usage('say which link: one that shows a transcript');
  if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
  const phrase = readPhrase(given);
  const most = readCount(given, 'most', [10, 10_000], MOST);
  const config = readConfigOf(given, io, command);
  const platform = new URL(config.upstream.url);
  const site = config.public.url === null ? undefined : new URL(config.public.url);
  const origins = [...new Set([platform.origin, ...(site === undefined ? [] : [site.origin])])];
  const cookieFile = given.text('cookie-file');
  return {
    config,
    target: targetOf(link, origins),
    phrase,
    cookie: cookieFile === undefined ? undefined : readCookieFile(resolve(io.cwd, cookieFile)),
    most,
    host: hostOf(config),
    program: browserOf(given, io),
    origins,
  };
}

/** The link must show the phrase, and what does not exist must not: else nothing that is found means anything. */
async function firstAnswer(asker: Asker, { target, config, cookie }: Hunt): Promise<Answered> {
  const first = await asker.ask({ method: 'GET', target, family: 'link' }, 'given');
  if (first === undefined) throw new CommandError(FAILED, `no answer from ${config.upstream.url}`);
  if (!first.hasPhrase) {
    const hint = cookie === undefined ? '; if it needs a login, give --cookie-file' : '';
    throw usage(`the link itself does not show the phrase (status ${first.status})${hint}`);
  }
  const nothing = await asker.ask(
    { method: 'GET', target: '/no-such-page-of-this-site', family: 'link' },
    'given',
  );
  if (nothing?.hasPhrase === true)
    throw usage('the phrase stands on a page that does not exist, too: choose words of the transcript only');
  return first;
}

/** What the configuration calls the link's ids. */
function knownNames({ config, target, host }: Hunt): LinkNames {
  const { by } = createGuard(config, host).standing('GET', target);
  return namesOf(
    target,
    config.routes.find(({ path, open }) => path === by && open !== true),
  );
}

/** What both the search and the page found is said once. */
function withoutTwins(shown: readonly Shown[]): Shown[] {
  const named = shown.map((one): [string, Shown] => [
    `${one.method} ${one.target} ${one.json !== undefined}`,
    one,
  ]);
  return [...new Map(named.reverse()).values()].reverse();
}

async function search(hunt: Hunt, asker: Asker, io: Io): Promise<Found> {
  const { config, target, most, host, origins, cookie } = hunt;
  const first = await firstAnswer(asker, hunt);
  const known = knownNames(hunt);
  const link = readLink(target, known.names.keys());
  const progress = createProgress(io.stderr);
  const searched = await searchPlatform(
    {
      ...{ asker, link, target, origins, most, hasCookie: cookie !== undefined },
      progress: (asked, of) => progress.show('asking', asked / of),
    },
    first,
  );
  const upstream = new URL(config.upstream.url);
  const isHttps = config.public.url?.startsWith('https:') === true;
  progress.show('the page in a browser', 1);
  const page = await pageLoads({ ...hunt, upstream, isHttps }, asker);
  progress.clear();
  const guard = createGuard(config, host);
  const all = withoutTwins([...searched.shown, ...(page.kind === 'loaded' ? page.shown : [])]);
  const shown = all.map((one) => ({ ...one, ...guard.standing(one.method, one.target) }));
  const hide = guard.hiding('GET', target);
  return {
    ...{ ...searched, link: hide(target), shown: shown.map((one) => ({ ...one, target: hide(one.target) })) },
    browser: page.kind === 'failed' ? page.why : page.kind,
    missing: missingRoutes(config, link, known, shown.filter(isOpen), host),
  };
}

export const hunt: Command = {
  name: 'hunt',
  takes: 'URL|--watch --phrase TEXT',
  summary: 'Find the ways to a transcript that no route guards.',
  details: `URL is a link that shows a transcript, TEXT words that stand in it and nowhere else. The platform is asked at upstream.url, without
the gateway: for what the page names, and for the spellings and neighbours that legacy platforms take for the link. Links that
by their names change something are left out; still, take a conversation made for this, and the cookies of an account that may
only read. A browser (--browser, or Chromium or Chrome in PATH) opens the link too: what its scripts load and what its sockets bring
is looked at. Says of each that shows the words whether a route guards it, and prints the routes that are missing. What is no text
(a PDF, an image) is not seen, and without a browser what only a script puts together.
With --watch you click, and it tells what passes by.
Exit 0: nothing open, 1: something is, or not all could be asked, 2: usage.`,
  flags: {
    phrase: { type: 'string', value: 'TEXT', help: 'Words of the transcript.' },
    'cookie-file': {
      type: 'string',
      value: 'FILE',
      help: 'Cookies of a login: "name=value; other=value", or the cookie jar of curl.',
    },
    browser: { type: 'string', value: 'PATH', help: 'A browser that opens the link; none: without one.' },
    watch: {
      type: 'boolean',
      help: 'Instead: open a door on loopback, and tell what shows the phrase while somebody clicks.',
    },
    listen: { type: 'string', value: 'PORT', help: 'Port of that door; any free one where it is left out.' },
    for: { type: 'string', value: 'SECONDS', help: 'How long it watches; until a line or Ctrl-C.' },
    most: { type: 'string', value: 'N', help: `Requests at most; ${MOST} where it is left out.` },
    ...jsonFlag,
  },
  async run(given, io, command) {
    if (given.has('watch')) return watch(given, io, command);
    const hunted = readHunt(given, io, command);
    const { config, host, phrase, cookie } = hunted;
    const asker = createAsker(config, host, phrase, cookie);
    try {
      const found = await search(hunted, asker, io);
      if (given.has('json')) writeJson(io, found);
      else writeFound(found, cookie !== undefined, io);
      const isClosed = !found.shown.some(isOpen) && found.unanswered + found.left === 0 && found.holds;
      return isClosed ? DONE : FAILED;
    } finally {
      await asker.close();
    }
  },
};
