import type { RangeRecord, Scope } from '../../api/types.ts';
import { Effects } from '../../parts/message.tsx';
import { counted } from '../../parts/time.tsx';
import { addressCount, effectsOf, spanText } from '../../ranges/effects.ts';
import { useNeighbours } from '../../state/neighbours.ts';
import { useSession } from '../../state/session.tsx';

interface PreviewProps {
  readonly scope: Scope;
  /** The range that is being edited. */
  readonly editing?: RangeRecord;
  readonly span: { readonly start: string; readonly end: string } | undefined;
  readonly wide: boolean;
  readonly meant: boolean;
  readonly onMeant: (meant: boolean) => void;
}

/** Says what saving would do before it is done. */
export function Preview({ scope, span, editing, wide, meant, onMeant }: PreviewProps) {
  const { me } = useSession();
  const near = useNeighbours(scope, span, editing?.id);
  return (
    <div class="preview">
      <div role="status">
        {span === undefined ? null : (
          <>
            <p>
              <strong>{spanText(span)}</strong>: {counted(addressCount(span), 'address', 'addresses')}, start
              and end included.
            </p>
            <Effects effects={effectsOf(span, near ?? [], me)} />
          </>
        )}
      </div>
      {wide && span !== undefined ? (
        <label class="meant">
          <input type="checkbox" checked={meant} onChange={(event) => onMeant(event.currentTarget.checked)} />
          I mean all {counted(addressCount(span), 'address', 'addresses')}.
        </label>
      ) : null}
    </div>
  );
}
