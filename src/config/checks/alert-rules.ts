import type { Rule } from './rule.ts';

const mostWebhooks = 8;

const webhooks: Rule = {
  reads: ['alerts'],
  check({ config, findings }) {
    const { webhooks: all = [] } = config.alerts ?? {};
    const names = all.map(({ name }) => name);
    if (names.length > mostWebhooks) findings.mistake(['alerts', 'webhooks'], `are more than ${mostWebhooks}`);
    all.forEach(({ name, url, secret }, index) => {
      const path = ['alerts', 'webhooks', index];
      if (names.indexOf(name) < index) findings.mistake([...path, 'name'], `two webhooks are named ${name}`);
      if (url === undefined) findings.mistake([...path, 'url'], 'is required');
      if (secret === undefined) findings.mistake([...path, 'secretFile'], 'is required');
      if (url?.startsWith('http:') === true && !/^http:\/\/(?:localhost|127\.|\[::1\])/.test(url))
        findings.warn([...path, 'url'], 'is http: whoever stands between reads who is meant');
    });
  },
};

const counted: Rule = {
  reads: ['alerts', 'activity'],
  check({ config, findings }) {
    if (config.alerts === undefined || config.activity !== null) return;
    const what = 'without `activity` only of canaries, the static token and mode report';
    findings.warn(['alerts'], `are told ${what}: the others come from the record of decisions`);
  },
};

/** Who is told of what should not go unseen. */
export const alertRules: readonly Rule[] = [webhooks, counted];
