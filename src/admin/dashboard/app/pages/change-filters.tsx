import { useId } from 'preact/hooks';
import type { Scope } from '../api/types.ts';
import { BotNames } from '../parts/bot-names.tsx';
import { Field } from '../parts/field.tsx';
import { hrefOf, readRoute, scopeName } from '../routes.ts';
import type { ChangeFilter, ChangeKind } from '../state/change-log.ts';
import { useSuperAdmin } from '../state/session.tsx';

const kinds: readonly { readonly value: ChangeKind | 'any'; readonly label: string }[] = [
  { value: 'any', label: 'Anything' },
  { value: 'added', label: 'Ranges added' },
  { value: 'edited', label: 'Ranges edited' },
  { value: 'deleted', label: 'Ranges deleted' },
  { value: 'switched', label: 'Switched on or off' },
  { value: 'settings', label: 'Settings' },
  { value: 'undo', label: 'Undone' },
];

interface FiltersProps {
  readonly scope: Scope | undefined;
  readonly filter: ChangeFilter;
  readonly onFilter: (filter: ChangeFilter) => void;
}

/** Whose list, what kind, by whom, since when. */
export function ChangeFilters({ scope, filter, onFilter }: FiltersProps) {
  const id = useId();
  const set = (part: Partial<ChangeFilter>): void => onFilter({ ...filter, ...part });
  return (
    <search class="card filters">
      <ScopeFilter scope={scope} />
      <div class="field">
        <label for={`${id}-kind`}>What</label>
        <select
          id={`${id}-kind`}
          value={filter.kind}
          onChange={(event) => set({ kind: kinds[event.currentTarget.selectedIndex]?.value ?? 'any' })}
        >
          {kinds.map((kind) => (
            <option key={kind.value} value={kind.value}>
              {kind.label}
            </option>
          ))}
        </select>
      </div>
      <Field
        label="By whom"
        hint="A name, or an address they came from."
        type="search"
        value={filter.by}
        onValue={(by) => set({ by })}
      />
      <Field label="Address or note" type="search" value={filter.text} onValue={(text) => set({ text })} />
      <DayField label="Since" value={filter.since} onValue={(since) => set({ since })} />
      <DayField label="Until" value={filter.until} onValue={(until) => set({ until })} />
    </search>
  );
}

interface DayFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function DayField({ label, value, onValue }: DayFieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} type="date" value={value} onInput={(event) => onValue(event.currentTarget.value)} />
    </div>
  );
}

function ScopeFilter({ scope }: { readonly scope: Scope | undefined }) {
  const superAdmin = useSuperAdmin();
  if (scope === undefined) return <BotFilter superAdmin={superAdmin} />;
  return (
    <p class="chosen-scope">
      Only <strong>{scopeName(scope)}</strong>. <a href={hrefOf({ page: 'changes' })}>Show every list</a>
    </p>
  );
}

/** Leads to the log of one list; submitted, so that half an id is not looked up. */
function BotFilter({ superAdmin }: { readonly superAdmin: boolean }) {
  const id = useId();
  return (
    <form
      class="field"
      onSubmit={(event) => {
        event.preventDefault();
        const typed = new FormData(event.currentTarget).get('scope');
        const text = typeof typed === 'string' ? typed.trim() : '';
        if (text === '') return;
        const route = readRoute(text === 'platform' ? '#/platform' : `#/bots/${encodeURIComponent(text)}`);
        if (route.page === 'whitelist') location.hash = hrefOf({ page: 'changes', scope: route.scope });
      }}
    >
      <label for={id}>List</label>
      <input
        id={id}
        name="scope"
        type="search"
        autocomplete="off"
        spellcheck={false}
        list={`${id}-bots`}
        aria-describedby={`${id}-hint`}
      />
      <BotNames id={`${id}-bots`} />
      <p class="hint" id={`${id}-hint`}>
        {superAdmin ? 'A bot’s id, or “platform”; then Enter.' : 'A bot’s id; then Enter.'}
      </p>
    </form>
  );
}
