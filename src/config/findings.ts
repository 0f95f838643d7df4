/** A mistake or a warning: where, and what in one sentence. */
export interface Finding {
  /** `identity.issuers[0].keys[1].secretFile`; empty where it concerns the whole. */
  readonly path: string;
  readonly message: string;
  /** Where it was said: `file gateway.yaml:12:3`, `environment TGW_UPSTREAM_URL`, `flag --upstream-url`. */
  readonly origin?: string;
}

export type Path = readonly (string | number)[];

/** `a.b[0].c` of its segments. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    return text === '' ? segment : `${text}.${segment}`;
  }, '');
}

/** Gathers everything that is wrong, so that it can be said at once. */
export interface Findings {
  readonly mistakes: Finding[];
  readonly warnings: Finding[];
  mistake(path: Path, message: string, origin?: string): void;
  warn(path: Path, message: string, origin?: string): void;
  /** True if something at or below this path is wrong. */
  wrong(path: Path): boolean;
}

/** `originOf` is asked where a finding does not name its origin. */
export function createFindings(originOf: (path: Path) => string | undefined): Findings {
  const mistakes: Finding[] = [];
  const warnings: Finding[] = [];
  const finding = (path: Path, message: string, origin = originOf(path)): Finding => ({
    path: pathText(path),
    message,
    ...(origin === undefined ? {} : { origin }),
  });
  return {
    mistakes,
    warnings,
    mistake(path, message, origin) {
      const made = finding(path, message, origin);
      if (!mistakes.some((other) => other.path === made.path && other.message === made.message)) mistakes.push(made);
    },
    warn(path, message, origin) {
      warnings.push(finding(path, message, origin));
    },
    wrong(path) {
      const prefix = pathText(path);
      return mistakes.some(
        ({ path: at }) => at === prefix || prefix === '' || at.startsWith(`${prefix}.`) || at.startsWith(`${prefix}[`),
      );
    },
  };
}

/** One line for people. */
export function findingText({ path, message, origin }: Finding): string {
  const where = path === '' ? '' : `${path}: `;
  return origin === undefined ? `${where}${message}` : `${where}${message} (${origin})`;
}
