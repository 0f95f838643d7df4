import { useEffect, useId, useState } from 'preact/hooks';
import { isBotId } from '../../../../policy/resource.ts';
import { getWhitelists } from '../api/calls.ts';
import type { Scope, WhitelistSummary } from '../api/types.ts';
import { ListState } from '../parts/list-state.tsx';
import { Failure } from '../parts/message.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { amount } from '../parts/time.tsx';
import { hrefOf } from '../routes.ts';
import { useLoad } from '../state/load.ts';
import { usePoll } from '../state/poll.ts';
import { useSuperAdmin } from '../state/session.tsx';
import { Alerts } from './alerts.tsx';
import { PlatformCard } from './platform-card.tsx';
import { AroundUnguarded } from './unguarded.tsx';

const botsPerPage = 50;

/** *Access control*: the platform's list, and the bots'. */
export function OverviewScreen() {
  const isSuper = useSuperAdmin();
  return (
    <>
      <PageTitle title="Access control" />
      <p class="lead">
        People with bot access see a bot’s transcripts from anywhere. Everyone else sees them only from an
        address that is listed here.
      </p>
      {isSuper ? (
        <AroundUnguarded>
          <Alerts />
          <PlatformCard />
          <Bots />
        </AroundUnguarded>
      ) : (
        <Bots />
      )}
    </>
  );
}

function Bots() {
  const [search, setSearch] = useState('');
  const [asked, setAsked] = useState('');
  const [limit, setLimit] = useState(botsPerPage);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(search.trim()), 250);
    return () => clearTimeout(timer);
  }, [search]);
  const { value, error, reload } = useLoad(
    () => getWhitelists({ q: asked, limit: limit + 1 }),
    [asked, limit],
  );
  usePoll(() => void reload(), 5_000);
  const bots = (value?.whitelists ?? []).filter((entry) => entry.scope !== 'platform');
  return (
    <section class="card" aria-labelledby="bots">
      <h2 id="bots">Bots</h2>
      <SearchBots search={search} onSearch={setSearch} />
      <Failure error={error} />
      {value === undefined ? <p role="status">Loading…</p> : <BotTable bots={bots} search={asked} />}
      {value?.next === undefined ? null : (
        <div class="actions">
          <button type="button" onClick={() => setLimit(limit + botsPerPage)}>
            Show more bots
          </button>
        </div>
      )}
    </section>
  );
}

interface SearchProps {
  readonly search: string;
  readonly onSearch: (search: string) => void;
}

function SearchBots({ search, onSearch }: SearchProps) {
  const id = useId();
  return (
    <div class="search">
      <label for={id}>Search bots</label>
      <input
        id={id}
        type="search"
        value={search}
        placeholder="A bot’s id"
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onSearch(event.currentTarget.value)}
      />
    </div>
  );
}

interface BotTableProps {
  readonly bots: readonly WhitelistSummary[];
  readonly search: string;
}

function BotTable({ bots, search }: BotTableProps) {
  return (
    <>
      <OpenBot search={search} known={bots} />
      {bots.length === 0 ? (
        <p class="empty">
          {search === '' ? 'No bot has a list yet. Search for one by its id to start.' : ''}
        </p>
      ) : (
        <table class="bots">
          <thead>
            <tr>
              <th scope="col">Bot</th>
              <th scope="col">IP whitelisting</th>
              <th scope="col">Ranges</th>
              <th scope="col">Platform’s list</th>
              <th scope="col">Mode</th>
            </tr>
          </thead>
          <tbody>
            {bots.map((bot) => (
              <BotRow key={bot.scope} bot={bot} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

/** A bot without a list is not listed, but has its page: searching for its id leads there. */
function OpenBot({
  search,
  known,
}: {
  readonly search: string;
  readonly known: readonly WhitelistSummary[];
}) {
  const superAdmin = useSuperAdmin();
  const scope: Scope = `bot:${search}`;
  if (!superAdmin || search === '' || known.some((bot) => bot.scope === scope)) return null;
  if (!isBotId(search)) {
    return (
      <p class="hint">
        “{search}” cannot be a bot’s id: 1 to 128 letters, digits, and . _ ~ -, no leading dot.
      </p>
    );
  }
  return (
    <p>
      Bot <strong>{search}</strong> has no list yet.{' '}
      <a href={hrefOf({ page: 'whitelist', scope })}>Open access control for {search}</a>
    </p>
  );
}

function BotRow({ bot }: { readonly bot: WhitelistSummary }) {
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf({ page: 'whitelist', scope: bot.scope })}>{bot.scope.slice('bot:'.length)}</a>
      </th>
      <td data-label="IP whitelisting">
        <ListState enabled={bot.enabled} />
      </td>
      <td data-label="Ranges">{amount(bot.ranges)}</td>
      <td data-label="Platform’s list">{bot.inForce.platformList ? 'counts too' : 'does not count'}</td>
      <td data-label="Mode">
        <span>
          {bot.inForce.mode === 'report' ? <span class="tag warn">report</span> : 'enforce'}
          {bot.mode === null ? <span class="hint"> inherited</span> : null}
        </span>
      </td>
    </tr>
  );
}
