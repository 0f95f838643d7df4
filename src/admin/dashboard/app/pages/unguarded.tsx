import type { ComponentChildren } from 'preact';
import { getUnguarded } from '../api/calls.ts';
import type { UnguardedList } from '../api/types.ts';
import { Failure, Message } from '../parts/message.tsx';
import { counted, When } from '../parts/time.tsx';
import { useLoad } from '../state/load.ts';
import { usePoll } from '../state/poll.ts';

const mostNotices = 5;
const everyMs = 15_000;

/** What the platform showed that no route guards: canaries above `children`, all else below; nothing where there is nothing. */
export function AroundUnguarded({ children }: { readonly children: ComponentChildren }) {
  const { value, error, reload } = useLoad(getUnguarded, []);
  usePoll(() => void reload(), everyMs);
  return (
    <>
      {value === undefined ? null : <Canaries canaries={value.canaries} />}
      {children}
      <Failure error={error} />
      {value === undefined || value.shapes.length === 0 ? null : <Shapes list={value} />}
    </>
  );
}

function Canaries({ canaries }: Pick<UnguardedList, 'canaries'>) {
  const newest = [...canaries].sort((one, other) => (one.lastAt < other.lastAt ? 1 : -1));
  return (
    <div role="alert">
      {newest.slice(0, mostNotices).map(({ canary, action, method, shape, count, lastAt }) => (
        <Message key={`${canary} ${method} ${shape}`} tone="bad">
          <strong>
            {method} {shape}
          </strong>{' '}
          shows transcripts, and no route guards it: it carried the canary {canary} {counted(count, 'time')},
          last <When at={lastAt} />. {action === 'refuse' ? 'It was not passed on.' : 'It was passed on.'}
        </Message>
      ))}
      {newest.length > mostNotices ? (
        <p>and {counted(newest.length - mostNotices, 'more place', 'more places')}.</p>
      ) : null}
    </div>
  );
}

function Shapes({ list }: { readonly list: UnguardedList }) {
  return (
    <details class="card">
      <summary>{counted(list.shapes.length, 'kind')} of URL passed on unguarded</summary>
      <p class="hint">
        Since <When at={list.since} />, as seen by {counted(list.gateways, 'gateway')}
        {list.partial ? ' (the others cannot be asked)' : ''}. What shows a transcript here lacks a route.
      </p>
      <table class="bots">
        <thead>
          <tr>
            <th scope="col">URL</th>
            <th scope="col">Times</th>
            <th scope="col">Last</th>
          </tr>
        </thead>
        <tbody>
          {list.shapes.map(({ method, shape, open, count, lastAt }) => (
            <tr key={`${method} ${shape}`}>
              <th scope="row">
                {method} {shape} {open ? <span class="tag">open route</span> : null}
              </th>
              <td data-label="Times">{count}</td>
              <td data-label="Last">
                <When at={lastAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {list.left > 0 ? (
        <p class="hint">{counted(list.left, 'request')} of more kinds are not listed.</p>
      ) : null}
    </details>
  );
}
