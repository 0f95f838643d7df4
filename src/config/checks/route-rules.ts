import type { Config } from '../schema/schema.ts';
import type { Rule } from './rule.ts';

type Route = Config['routes'][number];

const routes: Rule = {
  reads: ['routes'],
  check({ config, findings }) {
    if (!config.routes.some(({ open }) => open !== true)) {
      findings.warn(['routes'], 'nothing is guarded: every transcript is open to everyone');
    }
    config.routes.forEach((route: Route, index) => {
      if (namesContact(route) && route.whitelist === true) {
        findings.warn(['routes', index, 'whitelist'], "true: an address opens a contact's own history");
      }
    });
  },
};

/** True where the route says which contact's history it shows. */
export function namesContact(route: Route): boolean {
  return route.query?.contactId !== undefined || route.path.split('/').includes(':contactId');
}

/** Guarded and open URLs. */
export const routeRules: readonly Rule[] = [routes];
