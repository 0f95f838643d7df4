import { resolve } from 'node:path';
import type { CommandArguments } from '../command.ts';
import type { Io } from '../io.ts';
import type { Asker } from './ask.ts';
import { loadInBrowser, type Loaded, type Visit } from './browser-loads.ts';
import { findBrowser } from './browser-process.ts';
import type { Shown } from './search.ts';

/** What a browser that opened the link saw; `failed`: why it saw nothing, undefined where there is none. */
export type PageLoads =
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'loaded'; readonly shown: readonly Shown[] };

/** The program that `--browser` names, or one in PATH; undefined where there is none, or none is wanted. */
export function browserOf(given: CommandArguments, io: Io): string | undefined {
  const named = given.text('browser');
  if (named === 'none') return undefined;
  return named === undefined ? findBrowser(io.env) : resolve(io.cwd, named);
}

/** Opens the link in a browser; each request that shows the phrase there is asked once more as a stranger. */
export async function pageLoads(
  visit: Omit<Visit, 'program'> & { readonly program: string | undefined },
  asker: Asker,
): Promise<PageLoads> {
  const { program } = visit;
  if (program === undefined) return { kind: 'none' };
  let loaded: readonly Loaded[];
  try {
    loaded = await loadInBrowser({ ...visit, program });
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
  const shown: Shown[] = [];
  for (const one of loaded) shown.push({ ...one, toStrangers: await isForStrangers(one, visit, asker) });
  return { kind: 'loaded', shown };
}

/** Of a socket, and of what a script sends, it is not known. */
async function isForStrangers(
  one: Loaded,
  { cookie }: Pick<Visit, 'cookie'>,
  asker: Asker,
): Promise<boolean> {
  if (cookie === undefined) return true;
  if (one.method !== 'GET' || one.family === 'socket') return false;
  return (await asker.ask(one, 'stranger'))?.hasPhrase === true;
}
