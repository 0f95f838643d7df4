/** Every value of a header, in order; `name` in lower case. Raw headers are name, value, name, value. */
export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (isNamed(rawHeaders[i], name)) values.push(rawHeaders[i + 1] ?? '');
  }
  return values;
}

/** The first value of a header; undefined where it is absent. `name` in lower case. */
export function firstOf(rawHeaders: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (isNamed(rawHeaders[i], name)) return rawHeaders[i + 1];
  }
  return undefined;
}

/** Length first: most names differ in it, and this runs for every header of every request. */
export function isNamed(candidate: string | undefined, name: string): boolean {
  return candidate?.length === name.length && candidate.toLowerCase() === name;
}
