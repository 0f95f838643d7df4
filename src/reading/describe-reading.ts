import type { Reading } from './closure.ts';
import type { Match } from './match.ts';

/** A reading and what guards it, in words; for explain. Of a link, whose URL is a key, the reading is not shown. */
export function describeReading({ text }: Reading, matches: readonly Match[], isLink: boolean): string {
  const shown = isLink
    ? 'a reading of the link'
    : JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
  if (matches.length === 0) return `${shown} is not guarded`;
  return matches
    .map(
      ({ route, bots }) =>
        `${shown} is guarded by ${route.facts.path}${bots.map((bot) => `, bot ${bot}`).join('')}`,
    )
    .join('; ');
}
