// `node --import ./scripts/built-sources.mjs`: tests that import src/*.ts get what was built of it. So they test what is
// shipped, and their coverage and that of the gateways that they start is of the same code, to be added up exactly.
import { register } from 'node:module';

const root = new URL('..', import.meta.url).href;
const sources = new URL('src/', root).href;

/** Resolves as the next one does, then leads from a source to what was built of it. */
export async function resolve(specifier, context, nextResolve) {
  const result = await nextResolve(specifier, context);
  const path = result.url.split('?')[0];
  if (!path.startsWith(sources) || !path.endsWith('.ts')) return result;
  const built = `${root}dist/${path.slice(sources.length, -'.ts'.length)}.js`;
  return { ...result, url: built, format: 'module', shortCircuit: true };
}

if (!process.env.BUILT_SOURCES_REGISTERED) register(import.meta.url);
