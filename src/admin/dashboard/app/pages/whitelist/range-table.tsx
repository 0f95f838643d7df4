import type { RangeRecord } from '../../api/types.ts';
import { When, amount } from '../../parts/time.tsx';
import { holds, ownAddress, addressCount, spanText } from '../../ranges/effects.ts';
import { useSession } from '../../state/session.tsx';

interface TableProps {
  readonly ranges: readonly RangeRecord[];
  readonly onDo: (what: 'edit' | 'delete', range: RangeRecord) => void;
}

/** Ranges by start; a row becomes a small card on a phone. */
export function RangeTable({ ranges, onDo }: TableProps) {
  return (
    <table class="ranges">
      <thead>
        <tr>
          <th scope="col">Start IP range</th>
          <th scope="col">End IP range</th>
          <th scope="col">Addresses</th>
          <th scope="col">Purpose</th>
          <th scope="col">Note</th>
          <th scope="col">Expires</th>
          <th scope="col">Added</th>
          <th scope="col">
            <span class="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {ranges.map((range) => (
          <Row key={range.id} range={range} onDo={onDo} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ range, onDo }: { readonly range: RangeRecord; readonly onDo: TableProps['onDo'] }) {
  return (
    <tr>
      <td data-label="Start IP range" class="quad">
        {range.start} <OwnMark range={range} />
      </td>
      <td data-label="End IP range" class="quad">
        {range.end}
      </td>
      <td data-label="Addresses">{amount(addressCount(range))}</td>
      <td data-label="Purpose" class="note">
        {range.purpose ?? '–'}
      </td>
      <td data-label="Note" class="note">
        {range.note ?? '–'}
      </td>
      <td data-label="Expires">
        <Expiry at={range.expiresAt} />
      </td>
      <td data-label="Added">
        <When at={range.createdAt} /> <span class="by">by {range.createdBy}</span>
      </td>
      <td class="row-actions">
        <button type="button" class="small" onClick={() => onDo('edit', range)}>
          Edit <span class="unseen">{spanText(range)}</span>
        </button>
        <button type="button" class="small quiet-danger" onClick={() => onDo('delete', range)}>
          Delete <span class="unseen">{spanText(range)}</span>
        </button>
      </td>
    </tr>
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
