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

const numbers = new Intl.NumberFormat('en');

/** `16,777,216`. */
export function amount(count: number): string {
  return numbers.format(count);
}

/** `1 range`, `2 ranges`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${amount(count)} ${count === 1 ? one : many}`;
}
