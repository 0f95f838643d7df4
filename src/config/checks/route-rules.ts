import { RouteError, compileRoutes, overlapWarnings, shadowedRoutes } from '../../reading/route.ts';
import type { RouteOptions } from '../../reading/route.ts';
import { readTarget } from '../../reading/target.ts';
import type { Rule } from './rule.ts';

/** Why a route cannot be, as one sentence. */
function fault(route: RouteOptions): string | undefined {
  try {
    compileRoutes([route]);
    return undefined;
  } catch (error) {
    if (error instanceof RouteError) return error.message;
    throw error;
  }
}

/** Each route by itself, also where another one is wrong, and before the other rules: all mistakes are said at once. */
export const eachRoute: Rule = {
  reads: [],
  check({ config, findings }) {
    // The shape of the list may be anything yet.
    const given: unknown = config.routes;
    if (!Array.isArray(given)) return;
    config.routes.forEach((route, index) => {
      if (findings.wrong(['routes', index])) return;
      const wrong = fault(route);
      if (wrong !== undefined) findings.mistake(['routes', index], wrong);
    });
  },
};

const routes: Rule = {
  reads: ['routes'],
  check({ config, findings }) {
    const table = compileRoutes(config.routes);
    if (table.guarded.length === 0) findings.warn(['routes'], 'nothing is guarded: every transcript is open to everyone');
    for (const warning of overlapWarnings(table)) findings.warn(['routes'], warning);
    for (const { index, by } of shadowedRoutes(table)) {
      findings.warn(['routes', index], `is open, and opens nothing: the guarded route "${by}" takes all of it`);
    }
    for (const { index, namesContact, facts, link } of table.guarded) {
      if (link?.maxAgeSeconds !== undefined && !facts.whitelist)
        findings.warn(['routes', index, 'link', 'maxAgeSeconds'], 'means nothing: no address opens this route');
      if (namesContact && facts.whitelist) {
        findings.warn(['routes', index, 'whitelist'], "true: an address opens a contact's own history");
      }
    }
  },
};

/** A login page that needs a login, or that is refused, helps nobody. */
const loginPage: Rule = {
  reads: ['routes', 'login', 'otherPaths', 'identity'],
  check({ config, findings }) {
    const { url } = config.login;
    const { otherPaths } = config;
    const nobody = config.identity.issuers.length === 0 && config.identity.sessions.length === 0;
    if (nobody || url?.startsWith('/') !== true) return;
    const table = compileRoutes(config.routes, config);
    const page = readTarget(table, { target: url, host: undefined, formBody: false });
    if (otherPaths !== 'forward' && (page.kind === 'platform' || (page.kind === 'other' && !page.open))) {
      findings.warn(['login', 'url'], `is no open route, and \`otherPaths: ${otherPaths}\` refuses it: it is shown to nobody`);
    } else if (page.kind !== 'other') {
      findings.warn(['login', 'url'], 'is below a guarded route: it is shown to nobody');
    }
  },
};

/** Guarded and open URLs. */
export const routeRules: readonly Rule[] = [routes, loginPage];
