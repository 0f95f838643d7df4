/** Framing and routing of a call are not for a credential to say. */
const OURS = /^(?:host|connection|content-length|transfer-encoding|upgrade|expect|keep-alive|te|trailer)$/i;

/** `Name: value`, a line each, as constant headers of calls; else what is wrong, as the end of a sentence. */
export function readHeaderLines(text: string): Readonly<Record<string, string>> | string {
  const headers: Record<string, string> = {};
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  for (const [at, line] of lines.entries()) {
    const [, name = '', value = ''] =
      /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e]*?)[ \t]*$/.exec(line) ?? [];
    if (name === '' || value === '')
      return `must have "Name: value" on each line; line ${String(at + 1)} has not`;
    if (OURS.test(name)) return `cannot set ${name}`;
    if (Object.hasOwn(headers, name.toLowerCase())) return `has ${name} twice`;
    headers[name.toLowerCase()] = value;
  }
  return headers;
}
