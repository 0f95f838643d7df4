import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

interface LazyDetailsProps {
  readonly summary: string;
  readonly class?: string;
  readonly children: () => ComponentChildren;
}

/** What is looked up when somebody opens it, and not before: the record may be long. */
export function LazyDetails({ summary, children, class: name }: LazyDetailsProps) {
  const [open, setOpen] = useState(false);
  return (
    <details class={name} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {open ? children() : null}
    </details>
  );
}
