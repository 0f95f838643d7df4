import type { Answer, Authorize, Question } from '../access/question.ts';

/**
 * The answer for the page that is shown in place of a transcript: only what is guarded by nothing, whatever the
 * visitor may see. It is asked for like any other target, and the transcript itself is not.
 */
export async function answerInPlace(authorize: Authorize, question: Question): Promise<Answer | undefined> {
  const answer = await authorize(question);
  if (answer.resource.kind !== 'other' || answer.decision.outcome !== 'forward') return undefined;
  return { ...answer, inPlace: true };
}
