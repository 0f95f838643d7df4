import { once } from 'node:events';
import type { Config } from '../../config/index.ts';
import { shapeOf, showsWords } from '../../reading/shape.ts';
import type { Command, CommandArguments } from '../command.ts';
import { CommandError, DONE, FAILED, usage, writeJson } from '../io.ts';
import type { Io } from '../io.ts';
import { counted, plainText, table } from '../table.ts';
import { hostOf, readConfigOf, readCount, readPhrase } from './given.ts';
import { createGuard, type Guard, type Standing } from './guard.ts';
import { readLink } from './link.ts';
import { missingRoutes, type Missing } from './missing-routes.ts';
import { namesOf } from './names.ts';
import { advice, isOpen, standingText } from './report.ts';
import type { Spelling } from './spellings.ts';

const MOST_SHAPES = 1_000;
const MOST_SECONDS = 86_400;

/** A kind of URL that passed. */
interface SeenUrl extends Spelling, Standing {
  readonly shape: string;
  readonly status: number;
  count: number;
  showsPhrase: boolean;
}

/** What passed, a line for each kind of URL. */
class Sightings {
  readonly notSearched = new Map<string, number>();
  /** Requests of further kinds, for which there was no room. */
  left = 0;
  readonly #seen = new Map<string, SeenUrl>();
  readonly #guard: Guard;
  readonly #tell: (seen: SeenUrl) => void;

  constructor(guard: Guard, tell: (seen: SeenUrl) => void) {
    this.#guard = guard;
    this.#tell = tell;
  }

  answered(one: Spelling, status: number): void {
    const shown = (status >= 200 && status < 300) || status === 304 || status === 101;
    if (shown && showsWords(one.target)) this.#note(one, status, false);
  }

  shows(one: Spelling): void {
    this.#note(one, 200, true);
  }

  get all(): readonly SeenUrl[] {
    return [...this.#seen.values()];
  }

  #note(one: Spelling, status: number, showsPhrase: boolean): void {
    const shape = shapeOf(one.target);
    const standing = this.#guard.standing(one.method, one.target);
    const name = `${one.method} ${shape} ${standing.how} ${standing.by ?? ''}`;
    let seen = this.#seen.get(name);
    if (seen === undefined) {
      if (this.#seen.size >= MOST_SHAPES) return void (this.left += 1);
      seen = { ...one, ...standing, shape, status, count: 0, showsPhrase: false };
      this.#seen.set(name, seen);
    }
    if (!showsPhrase) seen.count += 1;
    if (!showsPhrase || seen.showsPhrase) return;
    // What shows it is the example that routes are made of.
    seen = { ...seen, ...one, showsPhrase };
    this.#seen.set(name, seen);
    this.#tell(seen);
  }
}

/** Routes for what is open: named as the configuration names the ids of what it guards already. */
function missingFor(config: Config, shown: readonly SeenUrl[], host: string): Missing {
  const example = shown.find(({ how }) => how === 'guarded') ?? shown[0];
  if (example === undefined) return { routes: [], unnamed: [] };
  const route = config.routes.find(({ path, open }) => path === example.by && open !== true);
  const known = namesOf(example.target, route);
  const link = readLink(example.target, known.names.keys());
  return missingRoutes(config, link, known, shown.filter(isOpen), host);
}

/** Ends by a line of text, an interrupt, or its time. */
async function ended(io: Io, seconds: number): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const interrupted = once(process, 'SIGINT', { signal }).catch(() => undefined);
  const over = new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1_000);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
  await Promise.race([interrupted, over, ...(seconds < MOST_SECONDS ? [] : [aLine(io)])]);
  stop.abort();
}

async function aLine({ stdin }: Io): Promise<void> {
  for await (const chunk of stdin) if (String(chunk).includes('\n')) return;
}

function write(sightings: Sightings, missing: Missing, io: Io): void {
  const { all, left, notSearched } = sightings;
  const shown = all.filter(({ showsPhrase }) => showsPhrase);
  const others = all.filter((one) => isOpen(one) && !one.showsPhrase);
  if (others.length > 0) {
    const rows = others.map(({ method, shape, count, status }) => [method, shape, `${count}`, `${status}`]);
    io.stdout.write(
      `\n${table(['METHOD', 'PASSED UNGUARDED, WITHOUT THE PHRASE', 'TIMES', 'STATUS'], rows)}`,
    );
  }
  const blind = [...notSearched].map(([why, count]) => `${count} ${why}`).join(', ');
  io.stdout.write(
    `\n${advice(missing)}${counted(shown.length, 'kind')} of URL show the phrase, ${shown.filter(isOpen).length} of them not guarded; ` +
      `${others.length} more passed unguarded${left > 0 ? `, and ${counted(left, 'request')} of further kinds` : ''}\n` +
      (blind === '' ? '' : `Not searched: ${blind}\n`),
  );
}

/** `hunt --watch`: tells what shows the phrase while somebody clicks through the platform. */
export async function watch(given: CommandArguments, io: Io, command: Command): Promise<number> {
  if (given.positionals.length > 0) throw usage('--watch takes no URL: open the one that it prints');
  const phrase = readPhrase(given);
  const port = readCount(given, 'listen', [0, 65_535], 0);
  const seconds = readCount(given, 'for', [1, MOST_SECONDS], MOST_SECONDS);
  const config = readConfigOf(given, io, command);
  const host = hostOf(config);
  const isJson = given.has('json');
  const sightings = new Sightings(createGuard(config, host), (seen) => {
    const line = `${standingText(seen)}  ${seen.method}${seen.json === undefined ? '' : ' JSON'} ${seen.shape}`;
    if (!isJson) io.stdout.write(`${plainText(line)}\n`);
  });
  // Loaded here: no other command needs a whole gateway.
  const { openWatchDoor } = await import('./watch-door.ts');
  const door = await openWatchDoor(
    config,
    { port, phrase },
    {
      answered: (one, status) => sightings.answered(one, status),
      shows: (one) => sightings.shows(one),
      notSearched: (why) => sightings.notSearched.set(why, (sightings.notSearched.get(why) ?? 0) + 1),
    },
  ).catch((error: unknown) => {
    throw new CommandError(FAILED, `the port cannot be opened: ${String(error)}`);
  });
  io.stderr.write(
    `Open ${door.url}/ and click through the platform as an agent and as a visitor; a line or Ctrl-C ends it.\n`,
  );
  await ended(io, seconds);
  await door.close();
  const shown = sightings.all.filter(({ showsPhrase }) => showsPhrase);
  const missing = missingFor(config, shown, host);
  if (isJson) writeJson(io, { urls: sightings.all, left: sightings.left, missing });
  else write(sightings, missing, io);
  return shown.length > 0 && !shown.some(isOpen) ? DONE : FAILED;
}
