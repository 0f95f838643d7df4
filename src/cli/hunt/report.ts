import { stringify } from 'yaml';
import type { Io } from '../io.ts';
import { counted, plainText, table } from '../table.ts';
import type { Standing } from './guard.ts';
import type { Missing } from './missing-routes.ts';
import { UNKNOWN_BOT } from './route-candidates.ts';
import type { Searched, Shown } from './search.ts';

/** What was found, and what the gateway makes of it. */
export interface Found extends Omit<Searched, 'shown'> {
  readonly link: string;
  readonly shown: readonly (Shown & Standing)[];
  readonly missing: Missing;
  /** `loaded`, `none`, or why a browser could not open the link. */
  readonly browser: string;
}

const WORDS: Readonly<Record<Standing['how'], string>> = {
  open: 'NOT GUARDED',
  guarded: 'guarded by',
  refused: 'refused:',
};

/** The report for people: what is open first. */
export function writeFound(found: Found, hasCookie: boolean, io: Io): void {
  const { shown, missing } = found;
  const ordered = [...shown.filter(isOpen), ...shown.filter((one) => !isOpen(one))];
  const rows = ordered.map((one) => [
    standingText(one),
    one.json === undefined ? one.method : `${one.method} JSON`,
    one.target,
    String(one.status),
    hasCookie && !one.toStrangers ? 'with the cookies only' : '',
  ]);
  io.stdout.write(table(['THE GATEWAY', 'METHOD', 'SHOWS THE PHRASE', 'STATUS', 'TO WHOM'], rows));
  io.stdout.write(`\n${advice(missing)}${summary(found)}\n`);
}

/** "NOT GUARDED", or by what. */
export function standingText({ how, by = '' }: Standing): string {
  return `${WORDS[how]} ${by}`.trim();
}

export function isOpen({ how }: Standing): boolean {
  return how === 'open';
}

function summary({ shown, asked, unanswered, left, holds, browser }: Found): string {
  const open = shown.filter(isOpen).length;
  const lines = [
    `${counted(asked, 'request')}: ${shown.length} show the phrase, ${open} of them not guarded; ` +
      `${unanswered} without an answer, ${left} not asked (--most)`,
  ];
  if (browser === 'none')
    lines.push('No browser opened the link: what only scripts load is not seen (--browser PATH).');
  else if (browser !== 'loaded') lines.push(plainText(`The browser could not open the link: ${browser}`));
  if (!holds) {
    lines.push(
      'At the end the link no longer shows the phrase: the platform ended the session, or shuts out who asks this much. Some ways may be unseen.',
    );
  }
  return lines.join('\n');
}

/** What is missing, to be pasted into the configuration. */
export function advice({ routes, frontController, unnamed }: Missing): string {
  const yaml = {
    ...(frontController !== undefined && { frontController }),
    ...(routes.length > 0 && { routes }),
  };
  const parts: string[] = [];
  if (Object.keys(yaml).length > 0) {
    const what = routes.length > 0 ? 'Missing, to be added to the routes' : 'Missing';
    parts.push(
      `# ${what} of the configuration:\n${plainLines(stringify(yaml, { flowCollectionPadding: true }))}`,
    );
  }
  if (routes.some(({ bot }) => bot === UNKNOWN_BOT)) {
    parts.push(
      `# ${UNKNOWN_BOT}: nothing says whose it is. Write the bot, or a lookup; until then it is shut.\n`,
    );
  }
  if (unnamed.length > 0) {
    parts.push(
      `# No route can name ${unnamed.length} of these: shut them on the platform, or see otherPaths: guard.\n` +
        unnamed.map(({ method, target }) => `#   ${method} ${plainText(target)}\n`).join(''),
    );
  }
  return parts.length === 0 ? '' : `${parts.join('')}\n`;
}

const plainLines = (text: string): string => text.split('\n').map(plainText).join('\n');
