import type { Answer, Question } from './question.ts';

declare const issued: unique symbol;

/** Proof that this target may be forwarded now. Only `permitFor` makes one, and forwarding takes nothing else. */
export interface Permit {
  readonly [issued]: true;
  readonly answer: Answer;
  /** The very bytes that were judged. */
  readonly target: string;
}

/** The permit that an answer gives: where it forwards, or where its mode only reports. Undefined: refuse. */
export function permitFor(question: Pick<Question, 'target'>, answer: Answer): Permit | undefined {
  if (answer.decision.outcome !== 'forward' && answer.enforced) return undefined;
  const permit: Omit<Permit, typeof issued> = { answer, target: question.target };
  return permit as Permit;
}
