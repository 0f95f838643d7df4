import type { Attempt } from './attempts.ts';

export interface Rounds {
  /** How many tries each attempt had. */
  readonly tries: Readonly<Record<string, number>>;
  readonly findings: readonly string[];
}

/** Takes turns with all attempts until the time is over; each ends at its first finding. */
export async function fuzzFor(
  attempts: readonly (Attempt & { readonly each: number })[],
  forMs: number,
  seed: number,
): Promise<Rounds> {
  const tries: Record<string, number> = {};
  const findings: string[] = [];
  const open = new Set(attempts);
  const endMs = performance.now() + forMs;
  for (let round = 0; open.size > 0 && (round === 0 || performance.now() < endMs); round++) {
    for (const attempt of [...open]) {
      const found = await attempt.tries(seed + round, attempt.each);
      tries[attempt.name] = (tries[attempt.name] ?? 0) + attempt.each;
      if (found === undefined) continue;
      findings.push(`${attempt.name}: ${found}`);
      open.delete(attempt);
    }
  }
  return { tries, findings };
}
