import type { Scope, WhitelistPage } from '../../api/types.ts';
import { Failure } from '../../parts/message.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { inForceOfBot, inForceOfPlatform } from '../../ranges/settings-in-force.ts';
import { hrefOf, scopeName } from '../../routes.ts';
import { useSession } from '../../state/session.tsx';
import { useWhitelist } from '../../state/whitelist.ts';
import type { WhitelistState } from '../../state/whitelist.ts';
import { AddRanges } from './add.tsx';
import { Ranges } from './ranges.tsx';
import { SettingsForm } from './settings.tsx';
import { Toggle } from './toggle.tsx';

/** *Access control* of the platform or of one bot. */
export function WhitelistScreen({ scope }: { readonly scope: Scope }) {
  const list = useWhitelist(scope);
  return (
    <>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href={hrefOf({ page: 'overview' })}>Access control</a>
      </nav>
      <PageTitle title={scopeName(scope)} documentTitle={`Access control: ${scopeName(scope)}`} />
      <p class="lead">{leadOf(scope)}</p>
      <Failure error={list.page === undefined ? list.error : undefined} />
      {list.page === undefined ? (
        list.error === undefined && <p role="status">Loading…</p>
      ) : (
        <Loaded scope={scope} list={list} page={list.page} />
      )}
    </>
  );
}

function leadOf(scope: Scope): string {
  return scope === 'platform'
    ? 'Who may see transcripts of any bot by their address. A bot can opt out, and have a list of its own.'
    : 'Who may see this bot’s transcripts by their address. People with bot access see them from anywhere.';
}

interface LoadedProps {
  readonly scope: Scope;
  readonly list: WhitelistState;
  readonly page: WhitelistPage;
}

function Loaded({ scope, list, page }: LoadedProps) {
  const { me } = useSession();
  const inForce = scope === 'platform' ? inForceOfPlatform(page, me) : inForceOfBot(page, page.inherited);
  return (
    <>
      <Toggle scope={scope} list={list} page={page} inForce={inForce} />
      <section class="card" aria-labelledby="ranges">
        <h2 id="ranges">IP ranges</h2>
        <AddRanges scope={scope} list={list} />
        <Ranges scope={scope} list={list} page={page} />
        <Failure error={list.error} />
      </section>
      <SettingsForm scope={scope} list={list} page={page} />
      <p class="more">
        {inForce.mode === 'report' ? (
          <a href={hrefOf({ page: 'enforcing', scope })}>What enforcing would change</a>
        ) : null}
        <a href={hrefOf({ page: 'changes', scope })}>Change log of this list</a>
        <a href={hrefOf({ page: 'test', scope })}>Test access</a>
      </p>
    </>
  );
}
