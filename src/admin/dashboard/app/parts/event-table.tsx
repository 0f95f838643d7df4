import { useState } from 'preact/hooks';
import type { ActivityEvent } from '../api/types.ts';
import { eventKey } from '../state/activity.ts';
import { OpenedDecision } from './decision.tsx';
import { OutcomeTag } from './outcome.tsx';

const clock = new Intl.DateTimeFormat('en-GB', {
  ...({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const),
});

/** Decisions, one a row; each opens to the whole of it. */
export function EventTable({
  events,
  label,
}: {
  readonly events: readonly ActivityEvent[];
  readonly label: string;
}) {
  const [opened, setOpened] = useState<string>();
  return (
    <table class="ranges events" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Outcome</th>
          <th scope="col">Bot, conversation</th>
          <th scope="col">Address</th>
          <th scope="col">Person</th>
          <th scope="col">
            <span class="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => {
          const key = eventKey(event);
          const isOpen = opened === key;
          return (
            <Row key={key} event={event} isOpen={isOpen} onOpen={() => setOpened(isOpen ? undefined : key)} />
          );
        })}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly event: ActivityEvent;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}

function Row({ event, isOpen, onOpen }: RowProps) {
  const { at, reason, bot, conversation, clientIp, clientNetwork, subject, contact } = event;
  return (
    <>
      <tr>
        <td data-label="When">
          <time dateTime={at} title={at}>
            {clock.format(new Date(at))}
          </time>
        </td>
        <td data-label="Outcome">
          <OutcomeTag event={event} /> <span class="by">{reason}</span>
        </td>
        <td data-label="Bot" class="note">
          {bot ?? 'none'} {conversation === undefined ? null : <span class="by">{conversation}</span>}
        </td>
        <td data-label="Address" class="note">
          {clientNetwork ?? clientIp ?? 'not known'}
        </td>
        <td data-label="Person" class="note">
          {subject ?? (contact === undefined ? 'not signed in' : `contact ${contact}`)}
        </td>
        <td class="row-actions">
          <button type="button" class="small" aria-expanded={isOpen} onClick={onOpen}>
            {isOpen ? 'Close' : 'Open'} <span class="unseen">{event.requestId}</span>
          </button>
        </td>
      </tr>
      {isOpen ? (
        <tr class="opened">
          <td colSpan={6}>
            <OpenedDecision event={event} />
          </td>
        </tr>
      ) : null}
    </>
  );
}
