import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import t from 'tap';
import { parse } from 'yaml';
import { documents } from '../../src/config/generate.ts';
import { keys } from '../../src/config/schema/keys.ts';
import { good, least } from '../support/config.ts';

const content = (name: string): string => documents().find(({ file }) => file.endsWith(name))?.content ?? '';

t.test('the documents in config/ are as generated', async (t) => {
  for (const { file, content } of documents()) {
    t.equal(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'), content, `${file}: run npm run docs`);
  }
});

t.test('the example loads, and says the defaults', async (t) => {
  const example = good(t.testdir(), { file: content('example.yaml'), argv: [] });
  const usual = good(t.testdir(), { argv: least });
  const { upstream, routes, store } = usual;
  t.strictSame({ ...example, upstream, routes, store }, usual);
  t.equal(example.routes.length, 7);
});

t.test('the JSON schema takes the example and refuses what is unknown', async (t) => {
  const schema: unknown = JSON.parse(content('schema.json'));
  const validate = new Ajv({ strict: false }).compile(schema as object);
  t.ok(validate(parse(content('example.yaml'))));
  t.notOk(validate({ public: { prot: 1 } }));
  t.notOk(validate({ public: { port: 'x' } }));
});

t.test('the reference names every key, its environment name and its flag', async (t) => {
  const text = content('REFERENCE.md');
  for (const key of keys.filter(({ node }) => node.properties === undefined)) {
    t.ok(text.includes(`\`${key.name}\``) && text.includes(`\`${key.env}\` · \`--${key.flag}\``), key.name);
  }
});
