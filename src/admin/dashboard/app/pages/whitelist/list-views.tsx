import { useId } from 'preact/hooks';
import type { WhitelistPage } from '../../api/types.ts';
import type { ListView, WhitelistState } from '../../state/whitelist.ts';

interface ViewsProps {
  readonly list: WhitelistState;
  readonly page: WhitelistPage;
}

const shows: readonly { readonly value: ListView['show']; readonly label: string }[] = [
  { value: 'all', label: 'All ranges' },
  { value: 'never-used', label: 'No use on record' },
  { value: 'expiring', label: 'Expires within 14 days' },
  { value: 'expired', label: 'Expired' },
];

const sorts: readonly { readonly value: ListView['sort']; readonly label: string }[] = [
  { value: 'start', label: 'Start IP range' },
  { value: 'id', label: 'Id' },
];

/** Which ranges are shown, and in which order. */
export function ListViews({ list, page }: ViewsProps) {
  const { view, setView } = list;
  const isKnown = page.useKnown === true || view.show === 'never-used';
  return (
    <div class="list-views">
      <Picked
        label="Show"
        value={view.show}
        options={shows.filter(({ value }) => isKnown || value !== 'never-used')}
        onValue={(show) => setView({ ...view, show })}
      />
      <Picked
        label="Sort by"
        value={view.sort}
        options={sorts}
        onValue={(sort) => setView({ ...view, sort })}
      />
    </div>
  );
}

interface PickedProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onValue: (value: T) => void;
}

function Picked<T extends string>({ label, value, options, onValue }: PickedProps<T>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => onValue(options[event.currentTarget.selectedIndex]?.value ?? value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
