import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exampleFile } from './docs/example.ts';
import { jsonSchema } from './docs/json-schema.ts';
import { reference } from './docs/reference.ts';

/** The documents that are generated from the schema, by their path in the repository. */
export function documents(): readonly { readonly file: string; readonly content: string }[] {
  return [
    { file: 'config/REFERENCE.md', content: reference() },
    { file: 'config/gateway.schema.json', content: jsonSchema() },
    { file: 'config/gateway.example.yaml', content: exampleFile() },
  ];
}

/** Writes the documents below `root`, or with `check` only names those that are not as generated. */
export function generate(root: string, check: boolean): string[] {
  const stale = documents().filter(({ file, content }) => {
    const path = join(root, file);
    return !existsSync(path) || readFileSync(path, 'utf8') !== content;
  });
  if (!check) for (const { file, content } of stale) writeFileSync(join(root, file), content);
  return stale.map(({ file }) => file);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check');
  const stale = generate(process.cwd(), check);
  for (const file of stale) console.log(check ? `${file} is not as generated: run \`npm run docs\`` : `wrote ${file}`);
  if (check && stale.length > 0) process.exitCode = 1;
}
