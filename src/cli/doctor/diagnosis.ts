/**
 * What was found: `good`; `look`: worth a look; `bad`: visitors or admins feel it; `unknown`: it could not be asked.
 */
export type Health = 'good' | 'look' | 'bad' | 'unknown';

/** One thing that was checked: how it is, how it shows where it is not good, and how to mend it. */
export interface Diagnosis {
  readonly area: string;
  readonly health: Health;
  readonly what: string;
  readonly shows?: string;
  readonly mend?: string;
}

/** How a fault shows and how to mend it. */
export interface Remedy {
  readonly shows: string;
  readonly mend: string;
}

export function good(area: string, what: string): Diagnosis {
  return { area, health: 'good', what };
}

export function unknown(area: string, what: string, mend: string): Diagnosis {
  return { area, health: 'unknown', what, mend };
}

export function found(area: string, health: 'look' | 'bad', what: string, remedy: Remedy): Diagnosis {
  return { area, health, what, ...remedy };
}

/** An error in few words: its code where it has one. */
export function whyText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : error.message;
}
