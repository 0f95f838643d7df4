// The tests without their types, in .cache/tests/, line for line where they stood; and what of the dashboard they
// import, which is shipped as one bundle for browsers only.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './project.mjs';

const folder = join(root, '.cache', 'tests');

export const dashboard = 'src/admin/dashboard/app/';

/** Where the JavaScript of a test, or of a part of the dashboard, is; `name` is below the project's root. */
export const builtTest = (name) => join(folder, name.replace(/\.ts$/, '.js'));

export async function buildTests() {
  const { default: typescript } = await import('typescript');
  const { ModuleKind, ScriptTarget, transpileModule } = typescript;
  rmSync(folder, { recursive: true, force: true });
  const names = ['test/', dashboard]
    .flatMap((from) => readdirSync(join(root, from), { recursive: true }).map((name) => from + name))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'));
  for (const name of names) {
    const { outputText } = transpileModule(readFileSync(join(root, name), 'utf8'), {
      fileName: join(root, name),
      compilerOptions: {
        target: ScriptTarget.ES2023,
        module: ModuleKind.ESNext,
        verbatimModuleSyntax: true,
        inlineSourceMap: true,
        inlineSources: true,
      },
    });
    mkdirSync(dirname(builtTest(name)), { recursive: true });
    writeFileSync(builtTest(name), outputText);
  }
}
