// The tests without their types, in .cache/tests/, line for line where they stood.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './project.mjs';

const folder = join(root, '.cache', 'tests');

/** Where the JavaScript of a test is; `name` is below test/. */
export const builtTest = (name) => join(folder, name.replace(/\.ts$/, '.js'));

export async function buildTests() {
  const { default: typescript } = await import('typescript');
  const { ModuleKind, ScriptTarget, transpileModule } = typescript;
  rmSync(folder, { recursive: true, force: true });
  const names = readdirSync(join(root, 'test'), { recursive: true }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.d.ts'),
  );
  for (const name of names) {
    const { outputText } = transpileModule(readFileSync(join(root, 'test', name), 'utf8'), {
      fileName: join(root, 'test', name),
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
