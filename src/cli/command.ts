import { parseArgs } from 'node:util';
import { flagOptions } from '../config/index.ts';
import { usage } from './io.ts';
import type { Io } from './io.ts';

/** A flag of a command's own. */
export interface OwnFlag {
  readonly type: 'boolean' | 'string';
  /** What its value is, in capitals: `FILE`. */
  readonly value?: string;
  readonly help: string;
  readonly many?: boolean;
}

export interface CommandArguments {
  readonly positionals: readonly string[];
  /** Flags that set configuration keys, as they were given. */
  readonly configFlags: readonly string[];
  has(name: string): boolean;
  text(name: string): string | undefined;
  all(name: string): readonly string[];
}

export interface Command {
  /** One word or two: `ranges list`. */
  readonly name: string;
  /** What follows the name: `SCOPE START [END]`. */
  readonly takes: string;
  readonly summary: string;
  /** More for its own help page. */
  readonly details?: string;
  readonly flags: Readonly<Record<string, OwnFlag>>;
  run(given: CommandArguments, io: Io, command: Command): Promise<number>;
}

export const jsonFlag = { json: { type: 'boolean', help: 'Answer in JSON, for machines.' } } as const;

/** Where the running gateway is, and who asks. */
export const gatewayFlags = {
  url: {
    type: 'string',
    value: 'URL',
    help: "The gateway's private door; else TGW_GATEWAY_URL, else private.host and private.port.",
  },
  'token-file': {
    type: 'string',
    value: 'FILE',
    help: "An admin token; else the configuration's admin.token.",
  },
  ...jsonFlag,
} as const;

const scalar = (value: string | boolean | undefined): string => (typeof value === 'string' ? value : '');

/** Takes a command line apart: the command's own flags, those of the configuration, and the rest. */
export function readCommandLine(command: Command, argv: readonly string[]): CommandArguments {
  const own: Readonly<Record<string, OwnFlag>> = { ...command.flags, help: { type: 'boolean', help: '' } };
  const ownOptions = Object.entries(own).map(([name, { type }]) => [name, { type }] as const);
  const options = { ...flagOptions, ...Object.fromEntries(ownOptions), h: { type: 'boolean' } as const };
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const positionals: string[] = [];
  const configFlags: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const name = token.name === 'h' ? 'help' : token.name;
    const flag = own[name];
    if (flag === undefined) {
      configFlags.push(token.value === undefined ? token.rawName : `${token.rawName}=${scalar(token.value)}`);
      continue;
    }
    if (flag.type === 'string' && token.value === undefined) throw usage(`--${name} needs a value`);
    if (flag.type === 'boolean' && token.value !== undefined) throw usage(`--${name} takes no value`);
    values.set(name, [...(values.get(name) ?? []), scalar(token.value)]);
  }
  return {
    positionals,
    configFlags,
    has: (name) => values.has(name),
    text: (name) => values.get(name)?.at(-1),
    all: (name) => values.get(name) ?? [],
  };
}
