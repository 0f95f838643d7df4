import { useEffect, useId, useState } from 'preact/hooks';
import { BotNames } from '../../parts/bot-names.tsx';
import { outcomeNames } from '../../parts/outcome.tsx';
import { whenText } from '../../parts/time.tsx';
import { toLocalInput } from '../../ranges/local-time.ts';
import { hrefOf } from '../../routes.ts';
import {
  defaultSpan,
  filterLabels,
  filterNames,
  filterText,
  narrowing,
  spans,
  type ActivityFilter,
  type FilterName,
} from '../../state/activity-filter.ts';
import { reasons } from '../test/words.ts';

interface FiltersProps {
  readonly filter: ActivityFilter;
}

/** The time, and what else is asked for; all of it stands in the page's address. */
export function Filters({ filter }: FiltersProps) {
  return (
    <section class="card" aria-label="What is shown">
      <Spans filter={filter} />
      <Chosen filter={filter} />
      <details>
        <summary>Narrow what is shown</summary>
        <FilterForm key={filterText(filter)} filter={filter} />
      </details>
    </section>
  );
}

function Spans({ filter }: FiltersProps) {
  const { from, to, last } = filter;
  const chosen = from === undefined && to === undefined ? (last ?? defaultSpan) : undefined;
  return (
    <nav class="spans" aria-label="Time">
      {Object.entries(spans).map(([span, { label }]) => (
        <a
          key={span}
          href={hrefOf({ page: 'activity', filter: { last: span, ...narrowing(filter) } })}
          aria-current={span === chosen ? 'true' : undefined}
        >
          {label}
        </a>
      ))}
      {chosen !== undefined ? null : (
        <span class="tag">
          {from === undefined ? 'until' : whenText(from)}
          {to === undefined ? ' until now' : ` – ${whenText(to)}`}
        </span>
      )}
    </nav>
  );
}

/** What narrows, each with a link that takes it away. */
function Chosen({ filter }: FiltersProps) {
  const chosen = filterNames.filter((name) => narrowing(filter)[name] !== undefined);
  if (chosen.length === 0) return null;
  return (
    <ul class="chosen" aria-label="Narrowed to">
      {chosen.map((name) => {
        const { [name]: value, ...rest } = filter;
        return (
          <li key={name} class="tag">
            {filterLabels[name]}: {value}{' '}
            <a href={hrefOf({ page: 'activity', filter: rest })} aria-label={`Not only ${value ?? ''}`}>
              ×
            </a>
          </li>
        );
      })}
    </ul>
  );
}

const texts = ['bot', 'address', 'subject', 'conversation', 'contact', 'requestId'] as const;
const hints: Partial<Record<FilterName, string>> = {
  address: 'An address, a network, or two with a dash between.',
  requestId: 'Or its first eight characters.',
};

/** Typed, then asked for at once. */
function FilterForm({ filter }: FiltersProps) {
  const id = useId();
  const [typed, setTyped] = useState(filter);
  useEffect(() => setTyped(filter), [filter]);
  const set = (name: FilterName, value: string): void => setTyped({ ...typed, [name]: value });
  const apply = (event: Event): void => {
    event.preventDefault();
    location.hash = hrefOf({ page: 'activity', filter: trimmed(typed) });
  };
  return (
    <form class="fields activity-form" noValidate onSubmit={apply}>
      {texts.map((name) => (
        <Text
          key={name}
          {...{ id: `${id}-${name}`, name, typed, set }}
          list={name === 'bot' ? `${id}-bots` : undefined}
        />
      ))}
      <BotNames id={`${id}-bots`} />
      <Picked id={`${id}-outcome`} name="outcome" values={outcomes} typed={typed} set={set} />
      <Picked id={`${id}-reason`} name="reason" values={Object.keys(reasons)} typed={typed} set={set} />
      <Moment id={`${id}-from`} name="from" typed={typed} set={set} />
      <Moment id={`${id}-to`} name="to" typed={typed} set={set} />
      <div class="actions">
        <button type="submit" class="primary">
          Show
        </button>
      </div>
    </form>
  );
}

const outcomes = Object.keys(outcomeNames).filter((kind) => kind !== 'reported');

interface PartProps {
  readonly id: string;
  readonly name: FilterName;
  readonly typed: ActivityFilter;
  readonly set: (name: FilterName, value: string) => void;
}

function Text({ id, name, typed, set, list }: PartProps & { readonly list: string | undefined }) {
  const hint = hints[name];
  return (
    <div class="field">
      <label for={id}>{filterLabels[name]}</label>
      <input
        id={id}
        type="search"
        autocomplete="off"
        spellcheck={false}
        value={typed[name] ?? ''}
        list={list}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onInput={(event) => set(name, event.currentTarget.value)}
      />
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

function Picked({ id, name, values, typed, set }: PartProps & { readonly values: readonly string[] }) {
  return (
    <div class="field">
      <label for={id}>{filterLabels[name]}</label>
      <select id={id} value={typed[name] ?? ''} onChange={(event) => set(name, event.currentTarget.value)}>
        <option value="">Any</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {value}
          </option>
        ))}
      </select>
    </div>
  );
}

function Moment({ id, name, typed, set }: PartProps) {
  const read = (text: string): string => {
    const date = new Date(text);
    return Number.isNaN(date.getTime()) ? '' : date.toISOString();
  };
  return (
    <div class="field">
      <label for={id}>{filterLabels[name]}</label>
      <input
        id={id}
        type="datetime-local"
        value={typed[name] === undefined || typed[name] === '' ? '' : toLocalInput(typed[name])}
        onChange={(event) => set(name, read(event.currentTarget.value))}
      />
    </div>
  );
}

function trimmed(filter: ActivityFilter): ActivityFilter {
  const given = Object.entries(filter).map(([name, value]) => [name, value.trim()] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}
