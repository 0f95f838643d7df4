import type { Summary } from '../../api/types.ts';
import { amount, counted } from '../../parts/time.tsx';
import { hrefOf } from '../../routes.ts';
import type { ActivityFilter, FilterName } from '../../state/activity-filter.ts';

interface TopsProps {
  readonly top: Summary['top'];
  readonly filter: ActivityFilter;
}

const most = 5;

/** What comes most; each is a link that narrows. */
export function Tops({ top, filter }: TopsProps) {
  const lists: readonly (readonly [title: string, name: FilterName, entries: readonly Entry[]])[] = [
    ['Addresses', 'address', top.addresses],
    ['Bots', 'bot', top.bots],
    ['Reasons', 'reason', top.reasons],
    ['People', 'subject', top.subjects],
  ];
  return (
    <div class="tops">
      {lists.map(([title, name, entries]) =>
        entries.length === 0 || filter[name] !== undefined ? null : (
          <section key={name} aria-label={`Most frequent: ${title}`}>
            <h3>{title}</h3>
            <ol>
              {entries.slice(0, most).map((entry) => (
                <li key={`${entry.name} ${entry.outcome ?? ''}`}>
                  <a href={hrefOf({ page: 'activity', filter: { ...filter, [name]: entry.name } })}>
                    {entry.network ?? entry.name}
                  </a>{' '}
                  <span class="by">{textOf(entry)}</span>
                </li>
              ))}
            </ol>
          </section>
        ),
      )}
    </div>
  );
}

interface Entry {
  readonly name: string;
  /** Where only that is recorded of an address. */
  readonly network?: string;
  readonly count: number;
  readonly refused?: number;
  readonly outcome?: string;
}

function textOf({ count, refused = 0 }: Entry): string {
  const visits = counted(count, 'visit');
  return refused === 0 ? visits : `${visits}, ${amount(refused)} without access`;
}
