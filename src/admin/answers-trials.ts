import type { ChangeScope } from '../changes/change.ts';
import * as Type from '../json-schema.ts';

/** What is on trial now. */
export const trialAnswers = {
  trials: Type.Object({
    trials: Type.Array(
      Type.Object({
        revision: Type.Integer(),
        scope: Type.Unsafe<ChangeScope>({ type: 'string' }),
        at: Type.String(),
        by: Type.String(),
        from: Type.Optional(Type.String()),
        until: Type.String({ description: 'When it lapses, unless it is confirmed.' }),
        secondsLeft: Type.Integer(),
        why: Type.Optional(Type.String({ description: 'Why who asks cannot confirm it from here.' })),
      }),
    ),
  }),
} as const;
