import type { Rule } from './rule.ts';

const mostCanaries = 16;
const shortest = 8;
const longest = 200;

const canaries: Rule = {
  reads: ['canaries'],
  check({ config, findings, asWritten }) {
    const names = config.canaries.map(({ name }) => name);
    if (names.length > mostCanaries) findings.mistake(['canaries'], `are more than ${mostCanaries}`);
    config.canaries.forEach(({ name, phrase }, index) => {
      const path = ['canaries', index];
      if (names.indexOf(name) < index) findings.mistake([...path, 'name'], `two canaries are named ${name}`);
      if (phrase === undefined) return findings.mistake([...path, 'phraseFile'], 'is required');
      const { length } = [...phrase.trim()];
      if (length < shortest || length > longest)
        findings.mistake(asWritten([...path, 'phrase']), `has ${length} characters: ${shortest} to ${longest} are expected`);
    });
  },
};

/** What is looked for in answers that no route guards. */
export const canaryRules: readonly Rule[] = [canaries];
