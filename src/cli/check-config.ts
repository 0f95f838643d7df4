import { isMap, isScalar, isSeq, parseDocument, stringify } from 'yaml';
import { findingText, loadConfig, packFacts, shownConfig } from '../config/index.ts';
import type { LoadedConfig } from '../config/index.ts';
import { jsonFlag } from './command.ts';
import type { Command } from './command.ts';
import { DONE, USAGE, usage, writeJson } from './io.ts';
import type { Io } from './io.ts';
import { counted, plainText } from './table.ts';

/** The configuration in force as YAML; behind each value, or an object in a list, where it was said. Defaults have nothing. */
function withOrigins({ config, originOf }: Extract<LoadedConfig, { ok: true }>): string {
  const document = parseDocument(
    stringify(shownConfig(config), { lineWidth: 0, aliasDuplicateObjects: false }),
  );
  note(document.contents, [], originOf);
  const facts = config.platform === undefined ? undefined : packFacts(config.platform.name);
  // What the pack does not cover is a part of what comes out.
  if (facts !== undefined)
    document.commentBefore = stringify({ pack: facts }, { lineWidth: 0 }).trimEnd().replace(/^/gm, ' ');
  return document.toString({ lineWidth: 0 });
}

function note(
  node: unknown,
  path: (string | number)[],
  originOf: (path: (string | number)[]) => string | undefined,
): void {
  const put = (value: unknown, at: (string | number)[]): void => {
    if (isMap(value) || isSeq(value)) return note(value, at, originOf);
    const origin = originOf(at);
    if (isScalar(value) && origin !== undefined) value.comment = ` ${origin}`;
  };
  if (isMap(node)) for (const { key, value } of node.items) put(value, [...path, String(key)]);
  if (isSeq(node)) node.items.forEach((item, index) => put(item, [...path, index]));
}

function writePlain(loaded: LoadedConfig, show: boolean, io: Io): void {
  const mistakes = loaded.ok ? [] : loaded.mistakes;
  for (const mistake of mistakes) io.stderr.write(`mistake: ${plainText(findingText(mistake))}\n`);
  for (const warning of loaded.warnings) io.stderr.write(`warning: ${plainText(findingText(warning))}\n`);
  const from = loaded.file ?? 'flags and environment (no file)';
  const counts = `${counted(mistakes.length, 'mistake')}, ${counted(loaded.warnings.length, 'warning')}`;
  if (!loaded.ok) io.stderr.write(`${from}: ${counts}\n`);
  else if (show) io.stdout.write(withOrigins(loaded));
  else io.stdout.write(`${from}: good, ${counts}\n`);
}

export const checkConfig: Command = {
  name: 'check-config',
  takes: '',
  summary: 'Say everything that is wrong with the configuration; exit 2 where something is.',
  details:
    'Takes every flag of the configuration, and reads the same sources as a start. Nothing is connected to.',
  flags: {
    show: {
      type: 'boolean',
      help: 'Print the configuration in force, without its secrets, and where each value was said.',
    },
    ...jsonFlag,
  },
  run: async (given, io, command) => {
    if (given.positionals.length > 0)
      throw usage(`unexpected argument "${given.positionals.join(' ')}"; name the file with --config`);
    const otherFlags = Object.keys(command.flags);
    const loaded = loadConfig({ argv: given.configFlags, env: io.env, cwd: io.cwd, otherFlags });
    if (given.has('json')) {
      const { ok, warnings, file = null } = loaded;
      const mistakes = loaded.ok ? [] : loaded.mistakes;
      const shows = loaded.ok && given.has('show');
      const facts = shows && loaded.config.platform && { pack: packFacts(loaded.config.platform.name) };
      const config = shows ? { ...facts, config: shownConfig(loaded.config) } : {};
      writeJson(io, { ok, file, mistakes, warnings, ...config });
    } else writePlain(loaded, given.has('show'), io);
    return loaded.ok ? DONE : USAGE;
  },
};
