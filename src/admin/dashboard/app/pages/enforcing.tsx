import type { ForecastChanges, Scope } from '../api/types.ts';
import { Groups, Says } from '../parts/foreseen.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { hrefOf, scopeName } from '../routes.ts';
import { useForecast } from '../state/forecast.ts';

const enforcing: ForecastChanges = { settings: { mode: 'enforce' } };

/** In mode `report`: whose visits enforcing would have ended. */
export function EnforcingScreen({ scope }: { readonly scope: Scope }) {
  const found = useForecast(scope, enforcing);
  const { forecast } = found;
  return (
    <>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href={hrefOf({ page: 'overview' })}>Access control</a>
        <a href={hrefOf({ page: 'whitelist', scope })}>{scopeName(scope)}</a>
      </nav>
      <PageTitle title="What enforcing would change" documentTitle={`Enforcing: ${scopeName(scope)}`} />
      <p class="lead">
        Everything passes in mode “report”. These are the recorded visits that mode “enforce” would have
        turned away, by the lists and settings as they are now.
      </p>
      <section class="card" aria-label="Forecast">
        <div role="status" aria-busy={!found.isDone}>
          <Says found={found} />
        </div>
        {forecast === undefined || forecast.groups.length === 0 ? null : <Groups forecast={forecast} />}
      </section>
    </>
  );
}
