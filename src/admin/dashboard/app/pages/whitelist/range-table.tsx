import type { RangeRecord } from '../../api/types.ts';
import { LastUse } from '../../parts/last-use.tsx';
import { When, amount } from '../../parts/time.tsx';
import { holds, ownAddress, addressCount, spanText } from '../../ranges/effects.ts';
import { useSession } from '../../state/session.tsx';

interface TableProps {
  readonly ranges: readonly RangeRecord[];
  readonly showsIds: boolean;
  readonly isUseKnown: boolean;
  /** Ids of those that are picked, of other pages too. */
  readonly picked: ReadonlySet<string>;
  readonly onPick: (picked: ReadonlySet<string>) => void;
  readonly onDo: (what: 'edit' | 'delete', range: RangeRecord) => void;
}

/** Ranges by start; a row becomes a small card on a phone. */
export function RangeTable({ ranges, ...shared }: TableProps) {
  const { picked, onPick } = shared;
  const ids = ranges.map(({ id }) => id);
  const isAll = ids.every((id) => picked.has(id));
  const pickAll = (): void => onPick(isAll ? without(picked, ids) : new Set([...picked, ...ids]));
  return (
    <table class="ranges">
      <thead>
        <tr>
          <th scope="col" class="pick">
            <input type="checkbox" aria-label="Select all of this page" checked={isAll} onChange={pickAll} />
          </th>
          <th scope="col">Start IP range</th>
          <th scope="col">End IP range</th>
          <th scope="col">Addresses</th>
          <th scope="col">Purpose, note</th>
          <th scope="col">Expires</th>
          {shared.isUseKnown ? <th scope="col">Last used</th> : null}
          <th scope="col">Added</th>
          <th scope="col">
            <span class="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {ranges.map((range) => (
          <Row key={range.id} range={range} {...shared} />
        ))}
      </tbody>
    </table>
  );
}

function without(picked: ReadonlySet<string>, ids: readonly string[]): ReadonlySet<string> {
  const left = new Set(picked);
  for (const id of ids) left.delete(id);
  return left;
}

type RowProps = Omit<TableProps, 'ranges'> & { readonly range: RangeRecord };

function Row({ range, showsIds, isUseKnown, picked, onPick, onDo }: RowProps) {
  const { id } = range;
  const pick = (): void => onPick(picked.has(id) ? without(picked, [id]) : new Set([...picked, id]));
  return (
    <tr>
      <td class="pick" data-label="Select">
        <input
          type="checkbox"
          aria-label={`Select ${spanText(range)}`}
          checked={picked.has(id)}
          onChange={pick}
        />
      </td>
      <td data-label="Start IP range" class="quad">
        {range.start} <OwnMark range={range} /> {showsIds ? <span class="by">{id}</span> : null}
      </td>
      <td data-label="End IP range" class="quad">
        {range.end}
      </td>
      <td data-label="Addresses">{amount(addressCount(range))}</td>
      <td data-label="Purpose, note" class="note">
        {[range.purpose, range.note].filter((text) => text !== undefined).join('; ') || '–'}
      </td>
      <td data-label="Expires">
        <Expiry at={range.expiresAt} />
      </td>
      {isUseKnown ? (
        <td data-label="Last used">
          <LastUse range={range} />
        </td>
      ) : null}
      <td data-label="Added">
        <When at={range.createdAt} /> <span class="by">by {range.createdBy}</span>
      </td>
      <Actions range={range} onDo={onDo} />
    </tr>
  );
}

function Actions({ range, onDo }: Pick<RowProps, 'range' | 'onDo'>) {
  return (
    <td class="row-actions">
      <button type="button" class="small" onClick={() => onDo('edit', range)}>
        Edit <span class="unseen">{spanText(range)}</span>
      </button>
      <button type="button" class="small quiet-danger" onClick={() => onDo('delete', range)}>
        Delete <span class="unseen">{spanText(range)}</span>
      </button>
    </td>
  );
}

function OwnMark({ range }: { readonly range: RangeRecord }) {
  const mine = ownAddress(useSession().me);
  if (mine === undefined || !holds(range, mine)) return null;
  return (
    <span class="tag" title={`Your own address, ${mine}, is in it`}>
      you
    </span>
  );
}

function Expiry({ at }: { readonly at: string | undefined }) {
  if (at === undefined) return <>never</>;
  if (Date.parse(at) > Date.now()) return <When at={at} />;
  return (
    <>
      <When at={at} /> <span class="tag warn">expired</span>
    </>
  );
}
