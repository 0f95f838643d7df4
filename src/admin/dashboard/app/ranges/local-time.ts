/** Value of a `datetime-local` input for a stored time, in the reader's own zone. */
export function toLocalInput(at: string | undefined): string {
  if (at === undefined) return '';
  const date = new Date(at);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
