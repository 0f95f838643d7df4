import type { Index } from './database.ts';

/** Refusals that admins need not be told of: of one address at one bot. */
export interface DismissedPlace {
  /** As it was recorded. */
  readonly address: string;
  readonly bot: string;
}

/** Who dismissed them, and when. */
export interface Dismissal {
  readonly by: string;
  /** Unix milliseconds. */
  readonly atMs: number;
}

interface Row {
  readonly kind: string;
  readonly fromMs: number;
  readonly text: string | null;
}

/** What a mark says of a dismissal. It is of the record, so that all gateways and admins have it, and it is deleted with what it is about. */
export function dismissalText({ address, bot }: DismissedPlace, by: string): string {
  return JSON.stringify([address, bot, by]);
}

/** What is dismissed now: the last word on each place counts. */
export function dismissedIn(index: Index): (place: DismissedPlace) => Dismissal | undefined {
  const rows = index
    .prepare(
      "select kind, fromMs, text from marks where kind in ('dismissed', 'recalled') order by fromMs, id",
    )
    .all() as readonly Row[];
  const found = new Map<string, Dismissal>();
  for (const { kind, fromMs, text } of rows) {
    const [address = '', bot = '', by = ''] = JSON.parse(text ?? '[]') as readonly string[];
    const key = `${address}\n${bot}`;
    if (kind === 'dismissed') found.set(key, { by, atMs: fromMs });
    else found.delete(key);
  }
  return ({ address, bot }) => found.get(`${address}\n${bot}`);
}
