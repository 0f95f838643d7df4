const format = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** A moment in the reader's own time zone; the exact one is in the element. */
export function When({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={at}>
      {whenText(at)}
    </time>
  );
}

export function whenText(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : format.format(date);
}

/** Value of a `datetime-local` input for a stored time, in the reader's own zone. */
export function toLocalInput(at: string | undefined): string {
  if (at === undefined) return '';
  const date = new Date(at);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** RFC 3339 in UTC of what stands in a `datetime-local` input; undefined where it is empty. */
export function fromLocalInput(value: string): string | undefined {
  if (value === '') return undefined;
  return new Date(value).toISOString();
}

const numbers = new Intl.NumberFormat('en');

/** `16,777,216`. */
export function amount(count: number): string {
  return numbers.format(count);
}

/** `1 range`, `2 ranges`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${amount(count)} ${count === 1 ? one : many}`;
}
