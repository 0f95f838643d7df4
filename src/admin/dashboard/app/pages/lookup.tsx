import { lookUp } from '../api/calls.ts';
import type { Found, FoundRange } from '../api/types.ts';
import { Decision } from '../parts/decision.tsx';
import { EventTable } from '../parts/event-table.tsx';
import { ListState } from '../parts/list-state.tsx';
import { Failure } from '../parts/message.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { LastUse } from '../parts/last-use.tsx';
import { When, counted } from '../parts/time.tsx';
import { spanText } from '../ranges/effects.ts';
import { hrefOf, scopeName } from '../routes.ts';
import { eventKey } from '../state/activity.ts';
import { useLoad } from '../state/load.ts';
import { useSuperAdmin } from '../state/session.tsx';

/** What a text names: an address, a request, a range, a person, a bot, a conversation. */
export function LookupScreen({ q }: { readonly q: string }) {
  return (
    <>
      <PageTitle title={q === '' ? 'Look up' : q} documentTitle={`Look up ${q}`} />
      {q === '' ? <Hint /> : <Answer q={q} />}
    </>
  );
}

function Hint() {
  return (
    <p class="lead">
      Type above what you know: an address or a network, a request id or the eight characters that a refused
      visitor reads out, a person, a bot, a conversation, or the id of a range.
    </p>
  );
}

function Answer({ q }: { readonly q: string }) {
  const { value, error } = useLoad(() => lookUp(q), [q]);
  if (value === undefined)
    return error === undefined ? <p role="status">Loading…</p> : <Failure error={error} />;
  const { ranges, decisions, seen, bot } = value;
  const isNothing = ranges.length + decisions.length + seen.length === 0 && bot === undefined;
  return (
    <>
      <p class="lead" role="status">
        {isNothing ? `Nothing is known by “${q}”.` : summaryOf(value)}
      </p>
      {isNothing ? <Hint /> : null}
      {decisions.map(({ event, now }) => (
        <section class="card" key={eventKey(event)} aria-label={`Request ${event.requestId}`}>
          <h2>Request {event.requestId}</h2>
          <Decision event={event} {...(now && { now })} />
        </section>
      ))}
      {ranges.length === 0 ? null : <Lists found={value} />}
      {bot === undefined ? null : <Bot bot={bot} />}
      {seen.map((one) => (
        <Seen key={`${one.as} ${one.value}`} q={q} seen={one} />
      ))}
    </>
  );
}

function summaryOf({ ranges, decisions, seen }: Found): string {
  const parts = [
    ...(decisions.length > 0 ? [counted(decisions.length, 'request')] : []),
    ...(ranges.length > 0 ? [counted(ranges.length, 'range')] : []),
    ...(seen.length > 0 ? [`seen as ${seen.map(({ as }) => names[as].toLowerCase()).join(', ')}`] : []),
  ];
  return parts.join('; ').replace(/^./, (first) => first.toUpperCase());
}

function Lists({ found: { ranges, more } }: { readonly found: Found }) {
  return (
    <section class="card" aria-labelledby="lists">
      <h2 id="lists">In these lists</h2>
      <table class="ranges">
        <thead>
          <tr>
            <th scope="col">List</th>
            <th scope="col">Range</th>
            <th scope="col">Note</th>
            <th scope="col">Expires</th>
            <th scope="col">Last used</th>
          </tr>
        </thead>
        <tbody>
          {ranges.map((range) => (
            <ListRow key={`${range.scope} ${range.id}`} range={range} />
          ))}
        </tbody>
      </table>
      {more === true ? <p class="hint">There are more: ask for less at once.</p> : null}
    </section>
  );
}

function ListRow({ range }: { readonly range: FoundRange }) {
  const { scope, enabled, expired, expiresAt, note, purpose } = range;
  return (
    <tr>
      <td data-label="List">
        <span>
          <a href={hrefOf({ page: 'whitelist', scope })}>{scopeName(scope)}</a>{' '}
          <ListState enabled={enabled} />
        </span>
      </td>
      <td data-label="Range">
        {spanText(range)} <span class="by">{range.id}</span>
      </td>
      <td data-label="Note" class="note">
        {[purpose, note].filter((text) => text !== undefined).join('; ') || '–'}
      </td>
      <td data-label="Expires">
        <span>
          {expiresAt === undefined ? 'never' : <When at={expiresAt} />}{' '}
          {expired ? <span class="tag warn">expired</span> : null}
        </span>
      </td>
      <td data-label="Last used">
        <LastUse range={range} />
      </td>
    </tr>
  );
}

function Bot({ bot: { scope, enabled, ranges } }: { readonly bot: NonNullable<Found['bot']> }) {
  return (
    <section class="card" aria-labelledby="bot">
      <h2 id="bot">{scopeName(scope)}</h2>
      <p>
        <ListState enabled={enabled} /> {counted(ranges, 'range')}.{' '}
        <a href={hrefOf({ page: 'whitelist', scope })}>Access control of {scope.slice('bot:'.length)}</a>
      </p>
    </section>
  );
}

type SeenAs = Found['seen'][number];

const names: Readonly<Record<SeenAs['as'], string>> = {
  address: 'Address',
  subject: 'Person',
  contact: 'Contact',
  conversation: 'Conversation',
  bot: 'Bot',
};

/** The newest decisions in which the text stands for something. */
function Seen({ q, seen: { as, value, events } }: { readonly q: string; readonly seen: SeenAs }) {
  const isSuper = useSuperAdmin();
  const issuer = as === 'subject' && isSuper ? events[0]?.issuer : undefined;
  return (
    <section class="card" aria-label={`Seen as ${names[as].toLowerCase()}`}>
      <h2>
        Seen as {names[as].toLowerCase()}: {value}
      </h2>
      {as === 'address' && value !== q ? (
        <p class="hint">
          Of an address only its network is recorded (<code>log.clientIp: truncated</code>): these are visits
          from anywhere in it.
        </p>
      ) : null}
      <EventTable events={events} label={`Newest decisions: ${names[as].toLowerCase()}`} />
      <p class="more">
        <a href={hrefOf({ page: 'activity', filter: { last: '30d', [as]: value } })}>
          All activity of the {names[as].toLowerCase()}
        </a>
        {issuer === undefined ? null : (
          <a href={hrefOf({ page: 'people', person: { issuer, subject: value } })}>Sign the person out</a>
        )}
      </p>
    </section>
  );
}
