import { RouteError, compileRoutes, overlapWarnings } from '../../reading/route.ts';
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

const routes: Rule = {
  reads: ['routes'],
  check({ config, findings }) {
    config.routes.forEach((route, index) => {
      const wrong = fault(route);
      if (wrong !== undefined) findings.mistake(['routes', index], wrong);
    });
    if (findings.wrong(['routes'])) return;
    const table = compileRoutes(config.routes);
    if (table.guarded.length === 0) findings.warn(['routes'], 'nothing is guarded: every transcript is open to everyone');
    for (const warning of overlapWarnings(table)) findings.warn(['routes'], warning);
    for (const { index, namesContact, facts } of table.guarded) {
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
    const nobody = config.identity.issuers.length === 0 && config.identity.sessions.length === 0;
    if (nobody || url === null || !url.startsWith('/') || config.routes.some((route) => fault(route) !== undefined)) return;
    const page = readTarget(compileRoutes(config.routes), { target: url, host: undefined, formBody: false });
    if (page.kind !== 'other') findings.warn(['login', 'url'], 'is below a guarded route: it is shown to nobody');
    else if (config.otherPaths === 'reject' && !page.open) {
      findings.warn(['login', 'url'], 'is no open route, and `otherPaths: reject` refuses it: it is shown to nobody');
    }
  },
};

/** Guarded and open URLs. */
export const routeRules: readonly Rule[] = [routes, loginPage];
