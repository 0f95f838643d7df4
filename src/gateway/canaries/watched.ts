import type { Answer } from '../../access/question.ts';
import type { GuardedRequest } from '../guarded-request.ts';
import { valueOf } from '../response-headers.ts';
import { AnswerWatch, type WatchedWay } from './answer-watch.ts';
import type { Canaries } from './canaries.ts';
import { canDecode, type NotSearched } from './decoder.ts';

/** A canary in what a URL answered that no route guards. */
export interface FoundCanary {
  readonly name: string;
  readonly action: 'alarm' | 'refuse';
  readonly asked: GuardedRequest;
  /** True where an `open` route names it. */
  readonly open: boolean;
}

/** Told of canaries in what passes unguarded. */
export interface CanarySink {
  found(found: FoundCanary): void;
  /** An answer, or the rest of one, that could not be looked at. */
  notSearched(why: NotSearched): void;
}

/** What shows no words. */
const wordless = /^\s*(?:image\/(?!svg)|video\/|audio\/|font\/)/i;

/** What is looked for, and who is told. */
export interface Watching {
  readonly canaries: Canaries;
  readonly sink: CanarySink;
}

export interface AnswerWay extends Pick<WatchedWay, 'pass' | 'resume' | 'begin'> {
  /** The answer carries a canary that is refused. */
  refuse(cause: string): void;
}

/** What an answer is looked at with; undefined where a route guards it, it shows no words, or it cannot be read. */
export function watchAnswer(
  { canaries, sink }: Watching,
  { resource }: Answer,
  asked: GuardedRequest,
  head: readonly string[],
  way: AnswerWay,
): AnswerWatch | undefined {
  if (resource.kind !== 'other') return undefined;
  if (wordless.test(valueOf(head, 'content-type') ?? '')) return undefined;
  const coding = valueOf(head, 'content-encoding')?.trim().toLowerCase();
  const isPlain = coding === undefined || coding === '' || coding === 'identity';
  if (!isPlain && !canDecode(coding)) {
    sink.notSearched('coding');
    return undefined;
  }
  return new AnswerWatch(canaries, isPlain ? undefined : coding, {
    ...way,
    found({ name, action }) {
      sink.found({ name, action, asked, open: resource.open });
      if (action === 'refuse') way.refuse(refusedFor(name));
    },
    notSearched: (why) => sink.notSearched(why),
  });
}

/** Why it is refused, for the log. */
export const refusedFor = (name: string): string => `what no route guards shows the canary ${name}`;
