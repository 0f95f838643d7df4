import { resolve } from 'node:path';
import { findingText, loadConfig } from '../../config/index.ts';
import type { Config } from '../../config/index.ts';
import { originForm } from '../../reading/target.ts';
import { jsonFlag } from '../command.ts';
import type { Command, CommandArguments } from '../command.ts';
import { CommandError, DONE, FAILED, USAGE, usage, writeJson } from '../io.ts';
import type { Io } from '../io.ts';
import { createProgress } from '../progress.ts';
import { createAsker, type Answered, type Asker } from './ask.ts';
import { readCookieFile } from './cookie-file.ts';
import { createGuard } from './guard.ts';
import { readLink } from './link.ts';
import { missingRoutes } from './missing-routes.ts';
import { namesOf, type LinkNames } from './names.ts';
import { isOpen, writeFound, type Found } from './report.ts';
import { searchPlatform } from './search.ts';

const MOST = 400;
const LEAST_PHRASE = 6;

interface Hunt {
  readonly config: Config;
  readonly target: string;
  readonly phrase: string;
  readonly cookie: string | undefined;
  readonly most: number;
  /** What the platform is asked as. */
  readonly host: string;
  readonly origins: readonly string[];
}

function readConfigOf(given: CommandArguments, io: Io, command: Command): Config {
  const otherFlags = Object.keys(command.flags);
  const loaded = loadConfig({ argv: given.configFlags, env: io.env, cwd: io.cwd, otherFlags });
  if (loaded.ok) return loaded.config;
  throw new CommandError(USAGE, loaded.mistakes.map(findingText).join('\n'));
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
  const phrase = given.text('phrase')?.trim() ?? '';
  if (phrase.length < LEAST_PHRASE)
    throw usage(
      `--phrase must be words of that transcript that stand nowhere else, ${LEAST_PHRASE} characters at least`,
    );
  const most = Number(given.text('most') ?? MOST);
  if (!Number.isInteger(most) || most < 10 || most > 10_000) throw usage('--most must be 10 to 10000');
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
    host: config.upstream.host === 'client' && site !== undefined ? site.host : platform.host,
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
  progress.clear();
  const guard = createGuard(config, host);
  const shown = searched.shown.map((one) => ({ ...one, ...guard.standing(one.method, one.target) }));
  return {
    ...{ ...searched, link: target, shown },
    missing: missingRoutes(config, link, known, shown.filter(isOpen), host),
  };
}

export const hunt: Command = {
  name: 'hunt',
  takes: 'URL --phrase TEXT',
  summary: 'Find the ways to a transcript that no route guards.',
  details: `URL is a link that shows a transcript, TEXT words that stand in it and nowhere else. The platform is asked at upstream.url, without
the gateway: for what the page names, and for the spellings and neighbours that legacy platforms take for the link. Links that
by their names change something are left out; still, take a conversation made for this, and the cookies of an account that may
only read. Says of each that shows the words whether a route guards it, and prints the routes that are missing. What is no text
(a PDF, an image) and what only a script puts together is not seen.
Exit 0: nothing open, 1: something is, or not all could be asked, 2: usage.`,
  flags: {
    phrase: { type: 'string', value: 'TEXT', help: 'Words of the transcript.' },
    'cookie-file': {
      type: 'string',
      value: 'FILE',
      help: 'Cookies of a login: "name=value; other=value", or the cookie jar of curl.',
    },
    most: { type: 'string', value: 'N', help: `Requests at most; ${MOST} where it is left out.` },
    ...jsonFlag,
  },
  async run(given, io, command) {
    const hunted = readHunt(given, io, command);
    const { config, host, phrase, cookie } = hunted;
    const asker = createAsker(config, host, phrase, cookie);
    try {
      const found = await search(hunted, asker, io);
      if (given.has('json')) writeJson(io, found);
      else writeFound(found, cookie !== undefined, io);
      const isClosed = !found.shown.some(isOpen) && found.unanswered === 0 && found.holds;
      return isClosed ? DONE : FAILED;
    } finally {
      await asker.close();
    }
  },
};
