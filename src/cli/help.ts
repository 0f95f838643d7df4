import type { Command } from './command.ts';

const PROGRAM = 'transcript-gateway';

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`.trimEnd()).join('\n');
}

/** What the program does, and its commands. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, takes, summary }) => [`${name} ${takes}`.trimEnd(), summary] as const);
  const serve = ['serve', 'Run the gateway. The command where none is named.'] as const;
  return `${PROGRAM}: decides, per request, who may see a chat transcript.

Usage: ${PROGRAM} [COMMAND] [FLAGS]

Commands:
${columns([serve, ...rows])}
  help [COMMAND], --version

Every key of the configuration is a flag of every command: --upstream-url, --config FILE, …
See config/REFERENCE.md, or: ${PROGRAM} check-config --show

Exit: 0 done, 1 the answer is no or it failed, 2 usage or configuration.
`;
}

/** One command's page. */
export function page({ name, takes, summary, details, flags }: Command): string {
  const rows = Object.entries(flags).map(([flag, { value, help }]): [string, string] => [
    `--${flag}${value === undefined ? '' : ` ${value}`}`,
    help,
  ]);
  const own = rows.length === 0 ? '' : `\nFlags:\n${columns(rows)}\n`;
  const more = details === undefined ? '' : `\n${details}\n`;
  return `${summary}\n\nUsage: ${PROGRAM} ${`${name} ${takes}`.trimEnd()} [FLAGS]\n${more}${own}
The configuration's flags are taken too (--config FILE, --private-port N, …).
`;
}
