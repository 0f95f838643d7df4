import { lookUp } from '../api/calls.ts';
import type { ActivityEvent, Explanation } from '../api/types.ts';
import { hrefOf } from '../routes.ts';
import { filterLabels, type FilterName } from '../state/activity-filter.ts';
import { eventKey } from '../state/activity.ts';
import { useLoad } from '../state/load.ts';
import { Failure } from './message.tsx';
import { OutcomeTag, reasonText } from './outcome.tsx';
import { Steps } from './steps.tsx';
import { When } from './time.tsx';

/** What was decided then, and what would be now. */
export function Decision({ event, now }: { readonly event: ActivityEvent; readonly now?: Explanation }) {
  return (
    <div class="decision">
      <p>
        <OutcomeTag event={event} /> {reasonText(event.reason)} <code>{event.reason}</code>
      </p>
      <dl class="facts-list">
        {factsOf(event).map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
      <h3>If it came now</h3>
      <Now event={event} now={now} />
    </div>
  );
}

/** The same of an event of a list: what would be now is asked for. */
export function OpenedDecision({ event }: { readonly event: ActivityEvent }) {
  const { value, error } = useLoad(() => lookUp(event.requestId), [event.requestId]);
  const found = value?.decisions.find((one) => eventKey(one.event) === eventKey(event));
  if (value === undefined && error === undefined) return <p role="status">Loading…</p>;
  return (
    <>
      <Failure error={error} />
      <Decision event={event} {...(found?.now && { now: found.now })} />
    </>
  );
}

function Now({ event, now }: { readonly event: ActivityEvent; readonly now: Explanation | undefined }) {
  if (now === undefined)
    return (
      <p class="hint">
        {event.clientNetwork === undefined
          ? 'That cannot be told: the record holds too little of this request.'
          : `That cannot be told: not all of ${event.clientNetwork} would be answered alike, and the visitor’s own address is not recorded.`}
      </p>
    );
  const { outcome, reason } = now.decision;
  return (
    <>
      <p>
        <OutcomeTag event={{ outcome, enforced: true }} /> {reasonText(reason)} <code>{reason}</code>
      </p>
      <details>
        <summary>Step by step</summary>
        <Steps steps={now.steps} />
      </details>
    </>
  );
}

type Named = readonly [name: string, value: string, filter?: FilterName];

/** One fact; where the record can be asked for it, a link that asks. */
function Fact({ name, value }: { readonly name: string; readonly value: Named }) {
  const [, text, filter] = value;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {name === 'When' ? (
          <When at={text} />
        ) : filter === undefined ? (
          text
        ) : (
          <a href={hrefOf({ page: 'activity', filter: { last: '30d', [filter]: text } })}>{text}</a>
        )}
      </dd>
    </>
  );
}

function factsOf(event: ActivityEvent): readonly (readonly [string, Named])[] {
  const { at, method, status, durationMs, mode, enforced, stale } = event;
  const from = event.clientNetwork ?? event.clientIp;
  const linked = (['bot', 'conversation', 'contact', 'subject', 'scope', 'rangeId'] as const).map(
    (name) => [filterLabels[name], event[name], name] as const,
  );
  const facts: readonly (readonly [
    name: string,
    value: string | undefined,
    filter?: FilterName | undefined,
  ])[] = [
    ['When', at],
    ['Request id', event.requestId, 'requestId'],
    ['Request', [method, event.route].filter(Boolean).join(' ')],
    ['Answer', status === undefined ? 'the visitor left first' : `${status}, after ${durationMs ?? 0} ms`],
    [
      event.clientNetwork === undefined ? 'Address' : 'Network of the address',
      from ?? 'not known',
      from === undefined ? undefined : 'address',
    ],
    ...linked,
    ['Signed in by', event.issuer ?? event.session],
    ['Cause', event.cause],
    ['Mode', `${mode}${enforced ? '' : ', not enforced'}${stale ? ', by a policy that was old' : ''}`],
    ['Revision', String(event.revision), 'revision'],
  ];
  return facts.flatMap(([name, value, filter]) =>
    value === undefined || value === ''
      ? []
      : [[name, filter ? [name, value, filter] : [name, value]] as const],
  );
}
