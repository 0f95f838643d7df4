import { useEffect, useRef, useState } from 'preact/hooks';
import { hrefOf, type PageRoute } from '../routes.ts';

/** Looks up whatever a text names; on every page, and at hand by the key `/`. */
export function LookupBox({ route }: { readonly route: PageRoute }) {
  const input = useRef<HTMLInputElement>(null);
  const asked = route.page === 'lookup' ? route.q : '';
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  useSlash(() => input.current?.select());
  const look = (event: Event): void => {
    event.preventDefault();
    const q = text.trim();
    if (q !== '') location.hash = hrefOf({ page: 'lookup', q });
  };
  return (
    <form class="look-up" role="search" onSubmit={look}>
      <input
        ref={input}
        type="search"
        aria-label="Look up"
        aria-keyshortcuts="/"
        title="An address, a request id, a person, a bot or a conversation. Press / to come here."
        placeholder="Look up  ( / )"
        maxLength={256}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        enterkeyhint="search"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}

/** Where a `/` is typed it stays one. */
function useSlash(focus: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      const at = event.target instanceof Element ? event.target : document.body;
      if (at.closest('input, textarea, select, dialog, [contenteditable]') !== null) return;
      if (document.querySelector('dialog[open]') !== null) return;
      event.preventDefault();
      focus();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
