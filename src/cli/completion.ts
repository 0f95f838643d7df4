import { flagOptions } from '../config/index.ts';
import type { Command } from './command.ts';
import { DONE, usage } from './io.ts';

interface Words {
  /** First words. */
  readonly commands: readonly string[];
  /** Second words by first word. */
  readonly seconds: ReadonlyMap<string, readonly string[]>;
  /** Flags by whole command; those of the configuration apart. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly configFlags: readonly string[];
}

function wordsOf(commands: readonly Command[]): Words {
  const seconds = new Map<string, string[]>();
  for (const { name } of commands) {
    const [first = '', second] = name.split(' ');
    if (second !== undefined) seconds.set(first, [...(seconds.get(first) ?? []), second]);
  }
  const firsts = commands.map(({ name }) => name.split(' ')[0] ?? name);
  return {
    commands: [...new Set(['serve', 'help', ...firsts])],
    seconds,
    flags: new Map(commands.map(({ name, flags }) => [name, Object.keys(flags).map((flag) => `--${flag}`)])),
    configFlags: Object.keys(flagOptions).map((flag) => `--${flag}`),
  };
}

function bash({ commands, seconds, flags, configFlags }: Words): string {
  const second = [...seconds].map(([first, words]) => `      ${first}) words="${words.join(' ')}" ;;`);
  const own = [...flags].map(([name, list]) => `    "${name}"*) words="${list.join(' ')}" ;;`);
  return `# transcript-gateway: source <(transcript-gateway completion bash)
_transcript_gateway() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  local line="\${COMP_WORDS[*]:1}"
  if [[ $current == -* ]]; then
    case "$line" in
${own.join('\n')}
    esac
    words="$words --help ${configFlags.join(' ')}"
  elif [[ $COMP_CWORD -eq 1 ]]; then
    words="${commands.join(' ')}"
  elif [[ $COMP_CWORD -eq 2 ]]; then
    case "\${COMP_WORDS[1]}" in
${second.join('\n')}
    esac
  elif [[ $COMP_CWORD -eq 3 ]]; then
    words="platform bot:"
  fi
  if [[ -z $words ]]; then compopt -o default; COMPREPLY=(); return; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _transcript_gateway transcript-gateway
`;
}

function zsh(words: Words): string {
  return `#compdef transcript-gateway
# transcript-gateway: source <(transcript-gateway completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bash(words)}`;
}

function fish({ commands, seconds, flags, configFlags }: Words): string {
  const command = 'complete -c transcript-gateway';
  const list = [`${command} -f -n __fish_use_subcommand -a '${commands.join(' ')}'`];
  for (const [first, words] of seconds) {
    list.push(`${command} -n '__fish_seen_subcommand_from ${first}' -a '${words.join(' ')} platform bot:'`);
  }
  for (const [name, own] of flags) {
    const seen = name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ');
    for (const flag of own) list.push(`${command} -n '${seen}' -l ${flag.slice(2)}`);
  }
  for (const flag of configFlags) list.push(`${command} -l ${flag.slice(2)}`);
  return `# transcript-gateway: transcript-gateway completion fish | source\n${list.join('\n')}\n`;
}

const shells: Readonly<Record<string, (words: Words) => string>> = { bash, zsh, fish };

/** The command that prints a shell's completion for all commands. */
export function completionFor(commands: readonly Command[]): Command {
  return {
    name: 'completion',
    takes: 'bash|zsh|fish',
    summary: 'Print completion for a shell.',
    details:
      'bash, zsh: source <(transcript-gateway completion bash). fish: transcript-gateway completion fish | source',
    flags: {},
    run: async ({ positionals: [shell = '', ...rest] }, io) => {
      const write = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
      if (write === undefined || rest.length > 0) throw usage('say for which shell: bash, zsh or fish');
      io.stdout.write(write(wordsOf(commands)));
      return DONE;
    },
  };
}
