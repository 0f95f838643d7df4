import type { Change } from '../api/types.ts';
import { describeChange } from '../ranges/describe.ts';
import { Message } from './message.tsx';
import { When } from './time.tsx';

/** Somebody else was faster: what they changed, and that nothing typed is lost. */
export function Conflict({ changes }: { readonly changes: readonly Change[] | undefined }) {
  return (
    <div role="alert">
      {changes === undefined ? null : (
        <Message tone="warn">
          <p>
            <strong>Not saved yet: the list was changed meanwhile.</strong> It is shown as it is now, and what
            you typed is kept. Look at it and save again.
          </p>
          <ul>
            {changes.map((change) => (
              <li key={change.revision}>
                {change.by}, <When at={change.at} />: {describeChange(change).join('; ')}
              </li>
            ))}
          </ul>
        </Message>
      )}
    </div>
  );
}
