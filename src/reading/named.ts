/** Everything that the guarded readings of one target name. */
export interface Named {
  readonly bots: Set<string>;
  readonly suspects: Set<string>;
  readonly contacts: Set<string>;
  readonly conversations: Set<string>;
  /** Bots that a key given more than once holds. */
  readonly repeated: Set<string>;
  /** True where it could be any bot: the query cannot be read, or a body could name one. */
  anyBot?: true;
  /** One sentence, where it could mean two things. */
  ambiguous?: string;
  /** One sentence, where a key stands there twice. */
  unresolved?: string;
}

export function nothingNamed(): Named {
  return {
    bots: new Set(),
    suspects: new Set(),
    contacts: new Set(),
    conversations: new Set(),
    repeated: new Set(),
  };
}

/** Every bot that it could be about; nothing where no reading says, or what says it cannot be seen here. */
export function candidatesOf(named: Named): { readonly bots?: readonly string[] } {
  const { bots, suspects, repeated, anyBot } = named;
  if (anyBot === true || bots.size + repeated.size === 0) return {};
  return { bots: [...new Set([...bots, ...repeated, ...suspects])] };
}
