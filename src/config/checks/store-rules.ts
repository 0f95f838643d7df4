import type { Rule } from './rule.ts';

const store: Rule = {
  reads: ['store', 'workers'],
  check({ config, findings }) {
    const { file, redis } = config.store;
    if (file !== undefined && redis !== undefined) {
      findings.mistake(['store'], 'has both file and redis: the policy lives in one of them');
    }
    if (redis === undefined && config.workers > 1) {
      findings.mistake(['workers'], 'more than one needs store.redis: the embedded store has one owner');
    }
  },
};

const redis: Rule = {
  reads: ['store'],
  check({ config, findings, asWritten }) {
    const { redis: options } = config.store;
    if (options === undefined) return;
    const path = ['store', 'redis'];
    const ways = (['url', 'sentinel', 'cluster'] as const).filter((way) => options[way] !== undefined);
    if (ways.length !== 1) {
      const has = ways.length === 0 ? 'none' : ways.join(' and ');
      findings.mistake(path, `needs exactly one of url, sentinel and cluster; it has ${has}`);
    }
    if (options.url === undefined) return;
    const url = new URL(options.url);
    if (url.password !== '' && options.password !== undefined) {
      findings.mistake(asWritten([...path, 'password']), 'given beside a password in `url`: only one of them may be');
    }
    if (options.tls && url.protocol === 'redis:') findings.mistake([...path, 'tls'], 'the `url` says redis://: write rediss://');
    if (options.ca !== undefined && url.protocol === 'redis:') {
      findings.warn(asWritten([...path, 'ca']), 'is not used: the `url` says redis://');
    }
  },
};

const policy: Rule = {
  reads: ['policy'],
  check({ config, findings }) {
    if (config.policy.defaults.mode === 'report') {
      findings.warn(
        ['policy', 'defaults', 'mode'],
        'report: nothing is enforced but in scopes whose record says so',
      );
    }
  },
};

/** A log that hides people must hide them from whoever reads it, and one that must be whole must be written. */
const log: Rule = {
  reads: ['log', 'store'],
  check({ config, findings, asWritten }) {
    const { subject, hashKey, whenFull, level } = config.log;
    if (hashKey !== undefined && hashKey.length < 16) findings.mistake(asWritten(['log', 'hashKey']), 'needs at least 16 bytes');
    if (subject === 'hashed' && hashKey === undefined && config.store.file === undefined) {
      findings.mistake(['log', 'hashKey'], 'is needed for `subject: hashed` beside store.redis: all gateways hash by one key');
    }
    if (whenFull === 'refuse' && !['info', 'debug', 'trace'].includes(level)) {
      findings.mistake(['log', 'whenFull'], `refuse: access lines are info, and \`level: ${level}\` writes none of them`);
    }
  },
};

/** Where the policy lives and how it is kept, and what is written of its use. */
export const storeRules: readonly Rule[] = [store, redis, policy, log];
