import type { Refusal } from '../../api/types.ts';
import { OutcomeTag, reasonText } from '../../parts/outcome.tsx';
import { When, amount } from '../../parts/time.tsx';
import { hrefOf } from '../../routes.ts';

interface TableProps {
  readonly refusals: readonly Refusal[];
  readonly onAllow: (refusal: Refusal) => void;
  readonly onSettle: (refusal: Refusal) => void;
}

/** One row for each address and bot; the last that came first. */
export function RefusalTable({ refusals, ...does }: TableProps) {
  return (
    <table class="ranges refusals">
      <thead>
        <tr>
          <th scope="col">Address</th>
          <th scope="col">Bot</th>
          <th scope="col">How often</th>
          <th scope="col">Signed in as</th>
          <th scope="col">Last time</th>
          <th scope="col">
            <span class="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {refusals.map((refusal) => (
          <Row key={`${refusal.address} ${refusal.bot}`} refusal={refusal} {...does} />
        ))}
      </tbody>
    </table>
  );
}

/** Where somebody came from, as far as it is recorded. */
export const placeOf = ({ address, newest }: Refusal): string => newest.clientNetwork ?? address;

type RowProps = Omit<TableProps, 'refusals'> & { readonly refusal: Refusal };

function Row({ refusal, ...does }: RowProps) {
  const { address, bot, count, first, subjects } = refusal;
  const place = placeOf(refusal);
  return (
    <tr>
      <td data-label="Address" class="note">
        <a href={hrefOf({ page: 'lookup', q: place })}>{place}</a>
      </td>
      <td data-label="Bot" class="note">
        <a href={hrefOf({ page: 'whitelist', scope: `bot:${bot}` })}>{bot}</a>
      </td>
      <td data-label="How often">
        <a href={hrefOf({ page: 'activity', filter: { last: '30d', address, bot } })}>{amount(count)}</a>
        {count === 1 ? null : (
          <span class="by">
            since <When at={first} />
          </span>
        )}
      </td>
      <td data-label="Signed in as" class="note">
        {subjects.length === 0 ? 'nobody' : subjects.join(', ')}
      </td>
      <LastTime refusal={refusal} />
      <Actions refusal={refusal} {...does} />
    </tr>
  );
}

function LastTime({ refusal: { last, newest, dismissed } }: Pick<RowProps, 'refusal'>) {
  return (
    <td data-label="Last time" class="why">
      <span>
        <a href={hrefOf({ page: 'lookup', q: newest.requestId })}>
          <When at={last} />
        </a>{' '}
        <OutcomeTag event={newest} />
      </span>
      <span class="by">
        {reasonText(newest.reason)}
        {dismissed === undefined ? null : ` Dismissed by ${dismissed.by}.`}
      </span>
    </td>
  );
}

function Actions({ refusal, onAllow, onSettle }: RowProps) {
  const place = `${placeOf(refusal)} at ${refusal.bot}`;
  return (
    <td class="row-actions">
      {isIpv4(refusal.address) ? (
        <button type="button" class="small" onClick={() => onAllow(refusal)}>
          Allow <span class="unseen">{place}</span>
        </button>
      ) : (
        <span class="by">No list takes IPv6.</span>
      )}
      <button type="button" class="small" onClick={() => onSettle(refusal)}>
        {refusal.dismissed === undefined ? 'Dismiss' : 'Recall'} <span class="unseen">{place}</span>
      </button>
    </td>
  );
}

function isIpv4(address: string): boolean {
  return !address.includes(':');
}
