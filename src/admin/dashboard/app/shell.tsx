import { GatewaysChip } from './parts/gateways-chip.tsx';
import { LockoutPrompt } from './parts/lockout-prompt.tsx';
import { NoticeBar } from './parts/notice-bar.tsx';
import { TrialBar } from './parts/trial-bar.tsx';
import { LookupBox } from './parts/lookup-box.tsx';
import { lazily } from './parts/lazy.tsx';
import { ChangesScreen } from './pages/changes.tsx';
import { EnforcingScreen } from './pages/enforcing.tsx';
import { LookupScreen } from './pages/lookup.tsx';
import { MissingScreen } from './pages/missing.tsx';
import { OverviewScreen } from './pages/overview.tsx';
import { PeopleScreen } from './pages/people/index.tsx';
import { PersonScreen } from './pages/people/person.tsx';
import { RefusalsScreen } from './pages/refusals/index.tsx';
import { SessionOver, SignInScreen } from './pages/sign-in.tsx';
import { TestScreen } from './pages/test/index.tsx';
import { WhitelistScreen } from './pages/whitelist/index.tsx';
import { hrefOf, useRoute } from './routes.ts';
import type { PageRoute } from './routes.ts';
import { useSession, useSuperAdmin } from './state/session.tsx';

/** What draws plots is fetched when it is needed. */
const ActivityScreen = lazily(() =>
  import('./pages/activity/index.tsx').then((module) => module.ActivityScreen),
);

/** Heading, navigation and the page; the page stays as it is while somebody logs in again. */
export function Shell() {
  const { standing } = useSession();
  const inside = standing === 'in' || standing === 'over';
  const route = useRoute();
  return (
    <>
      <div class="scroller">
        <a class="skip" href="#content" onClick={skipToContent}>
          Skip to the content
        </a>
        <Header route={route} inside={inside} />
        <main id="content" tabIndex={-1}>
          {standing === 'loading' ? <p role="status">Loading…</p> : null}
          {inside ? <TrialBar /> : null}
          {inside ? <Page route={route} /> : standing === 'loading' ? null : <SignInScreen />}
        </main>
      </div>
      <NoticeBar />
      <LockoutPrompt />
      {standing === 'over' ? <SessionOver /> : null}
    </>
  );
}

/** The fragment is the route, so that the link must not change it. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#content')?.focus();
}

function Page({ route }: { readonly route: PageRoute }) {
  switch (route.page) {
    case 'overview':
      return <OverviewScreen />;
    case 'whitelist':
      return <WhitelistScreen key={route.scope} scope={route.scope} />;
    case 'changes':
      return <ChangesScreen key={route.scope ?? ''} scope={route.scope} />;
    case 'test':
      return <TestScreen key={route.scope ?? ''} scope={route.scope} />;
    case 'enforcing':
      return <EnforcingScreen key={route.scope} scope={route.scope} />;
    case 'people': {
      const { person } = route;
      if (person === undefined) return <PeopleScreen />;
      return <PersonScreen key={`${person.issuer} ${person.subject}`} person={person} />;
    }
    case 'activity':
      return <ActivityScreen filter={route.filter} />;
    case 'refusals':
      return <RefusalsScreen key={String(route.dismissed)} dismissed={route.dismissed} />;
    case 'lookup':
      return <LookupScreen key={route.q} q={route.q} />;
    case 'missing':
      return <MissingScreen />;
  }
}

function Header({ route, inside }: { readonly route: PageRoute; readonly inside: boolean }) {
  const isSuper = useSuperAdmin();
  const links: readonly { readonly to: PageRoute; readonly text: string; readonly current: boolean }[] = [
    {
      to: { page: 'overview' },
      text: 'Access control',
      current: ['overview', 'whitelist', 'enforcing'].includes(route.page),
    },
    { to: { page: 'activity', filter: {} }, text: 'Activity', current: route.page === 'activity' },
    { to: { page: 'refusals', dismissed: false }, text: 'Refusals', current: route.page === 'refusals' },
    { to: { page: 'changes' }, text: 'Change log', current: route.page === 'changes' },
    { to: { page: 'test' }, text: 'Test access', current: route.page === 'test' },
    ...(isSuper
      ? [{ to: { page: 'people' } as const, text: 'People', current: route.page === 'people' }]
      : []),
  ];
  return (
    <header class="top">
      <div class="bar">
        <a class="brand" href="#/">
          Transcript gateway
        </a>
        {inside ? (
          <nav aria-label="Main">
            {links.map(({ to, text, current }) => (
              <a key={text} href={hrefOf(to)} aria-current={current ? 'page' : undefined}>
                {text}
              </a>
            ))}
          </nav>
        ) : null}
        {inside ? <LookupBox route={route} /> : null}
      </div>
      {inside ? <Under /> : null}
    </header>
  );
}

/** On how many gateways it is live, and who is signed in. */
function Under() {
  return (
    <div class="under">
      <GatewaysChip />
      <Who />
    </div>
  );
}

function Who() {
  const { me, signOut } = useSession();
  if (me === undefined) return null;
  return (
    <div class="who">
      <span title={me.principal.issuer}>{me.principal.subject}</span>
      <span class="role">{me.superAdmin ? 'super admin' : 'bot owner'}</span>
      {me.via === 'session' ? (
        <button type="button" class="small" onClick={() => void signOut()}>
          Log out
        </button>
      ) : null}
    </div>
  );
}
