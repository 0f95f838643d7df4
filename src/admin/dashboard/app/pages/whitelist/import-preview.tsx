import type { Imported } from '../../api/types.ts';
import { Message, failureText, mistakeText } from '../../parts/message.tsx';
import { amount, counted, whenText } from '../../parts/time.tsx';
import { effectsOf, addressCount } from '../../ranges/effects.ts';
import type { ReadList, ReadRange } from '../../ranges/file.ts';
import { useSession } from '../../state/session.tsx';
import type { ListReading } from '../../state/read-list.ts';

const shownMost = 100;

/** Every line as it was understood, the bad ones by number, before anything is saved. */
export function ImportPreview({ reading }: { readonly reading: ListReading }) {
  const { read, progress } = reading;
  return (
    <div class="preview">
      <div role="status">
        {progress !== undefined && read === undefined ? (
          <p class="progress">
            Reading… <progress max={1} value={progress} aria-label="Reading the list" />
          </p>
        ) : null}
        {read === undefined ? null : <Verdict reading={reading} read={read} />}
      </div>
      {read === undefined ? null : <BadLines read={read} />}
      {read === undefined || read.ranges.length === 0 ? null : <Understood ranges={read.ranges} />}
    </div>
  );
}

function Verdict({ reading, read }: { readonly reading: ListReading; readonly read: ReadList }) {
  if (read.bad.length > 0) {
    return (
      <Message tone="bad">
        {counted(read.bad.length, `${read.unit} cannot be read`, `${plural(read.unit)} cannot be read`)}.
        Nothing is saved until all can: it is all or nothing.
      </Message>
    );
  }
  if (read.ranges.length === 0) return <Message tone="info">There is no range in it yet.</Message>;
  if (reading.refused !== undefined) return <Message tone="bad">{failureText(reading.refused)}</Message>;
  const text = `${counted(read.ranges.length, 'range')} understood.`;
  if (reading.checked === undefined) return <Asking text={text} sent={reading.sent} />;
  return <Checked text={text} checked={reading.checked} />;
}

/** Of a list so short that it is sent at once nothing needs to be measured. */
function Asking({ text, sent }: { readonly text: string; readonly sent: number | undefined }) {
  return (
    <Message tone="info">
      {text} Asking the gateway…{' '}
      {sent === undefined ? null : (
        <progress max={1} {...(sent < 1 ? { value: sent } : {})} aria-label="Asking the gateway" />
      )}
    </Message>
  );
}

function Checked({ text, checked }: { readonly text: string; readonly checked: Imported }) {
  const errors = checked.errors ?? [];
  if (errors.length > 0) {
    return (
      <Message tone="bad">
        {errors.slice(0, 10).map(mistakeText).join(' ')} Nothing is saved until all can be.
      </Message>
    );
  }
  const present = checked.present ?? 0;
  const kept = present === 0 ? '' : ` ${counted(present, 'is', 'are')} in the list already and left alone.`;
  if (checked.added === 0) return <Message tone="info">{text} All of them are in the list already.</Message>;
  return (
    <Message tone="ok">
      {text} {counted(checked.added, 'is new', 'are new')}.{kept}
    </Message>
  );
}

function plural(unit: ReadList['unit']): string {
  return unit === 'line' ? 'lines' : 'entries';
}

function BadLines({ read }: { readonly read: ReadList }) {
  if (read.bad.length === 0) return null;
  return (
    <ul class="bad-lines" aria-label="What cannot be read">
      {read.bad.slice(0, shownMost).map((bad) => (
        <li key={bad.line}>
          <span class="line">
            {read.unit === 'line' ? 'Line' : 'Entry'} {amount(bad.line)}
          </span>{' '}
          {bad.text === '' || bad.message.startsWith(bad.text.trim()) ? null : <code>{bad.text}</code>}{' '}
          {bad.message}.
        </li>
      ))}
      {read.bad.length > shownMost ? <li>… and {counted(read.bad.length - shownMost, 'more')}.</li> : null}
    </ul>
  );
}

function Understood({ ranges }: { readonly ranges: readonly ReadRange[] }) {
  const { me } = useSession();
  const rows = ranges.slice(0, shownMost);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Ranges that were understood">
      <table class="ranges plain">
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col">Start IP range</th>
            <th scope="col">End IP range</th>
            <th scope="col">Addresses</th>
            <th scope="col">What to know</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((range) => (
            <tr key={range.line}>
              <td data-label="Line">{amount(range.line)}</td>
              <td data-label="Start IP range">{range.start}</td>
              <td data-label="End IP range">{range.end}</td>
              <td data-label="Addresses">{amount(addressCount(range))}</td>
              <td data-label="What to know">{remarks(range, effectsOf(range, [], me))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {ranges.length > shownMost ? (
        <p class="hint">… and {counted(ranges.length - shownMost, 'more range')}.</p>
      ) : null}
    </div>
  );
}

function remarks(range: ReadRange, effects: readonly { readonly text: string }[]): string {
  const own = [
    ...(range.purpose === undefined ? [] : [range.purpose]),
    ...(range.note === undefined ? [] : [range.note]),
    ...(range.expiresAt === undefined ? [] : [`until ${whenText(range.expiresAt)}`]),
  ];
  return [...own, ...effects.map((effect) => effect.text)].join(' · ');
}
