import type { Answer, Authorize, Question } from './question.ts';

/**
 * The same answers, but nobody is shown a transcript while what is shown cannot be written down. One that is under
 * way was written down, and goes on; mode `report` only watches.
 */
export function createRecorded(
  authorize: Authorize,
  mustRecord: () => boolean,
  canRecord: () => boolean,
): Authorize {
  const shown = new WeakSet<Question>();
  const check = (question: Question, answer: Answer): Answer => {
    const { decision, resource, enforced } = answer;
    if (decision.outcome !== 'forward' || resource.kind === 'other' || !enforced) return answer;
    // Nothing is remembered for nothing: it is paid for when the garbage is collected.
    if (!mustRecord() || shown.has(question)) return answer;
    if (!canRecord()) return { ...answer, decision: { outcome: 'unavailable', reason: 'log-unavailable' } };
    shown.add(question);
    return answer;
  };
  return (question, how) => {
    const answer = authorize(question, how);
    return answer instanceof Promise
      ? answer.then((known) => check(question, known))
      : check(question, answer);
  };
}
