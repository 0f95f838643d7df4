import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly onClose: () => void;
  /** Wider, for lists. */
  readonly wide?: boolean;
}

/** A modal: the browser's own, so that focus is kept in it, Escape closes it, and focus goes back after. */
export function Dialog({ title, children, onClose, wide }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const shown = useRef(false);
  const titleId = useId();
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog === null || dialog.open) return undefined;
    dialog.showModal();
    shown.current = true;
    return () => {
      shown.current = false;
      dialog.close();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={wide === true ? 'dialog wide' : 'dialog'}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // A second Escape closes it whatever we say.
      onClose={() => (shown.current ? onClose() : undefined)}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly yes: string;
  readonly no?: string;
  readonly busy: boolean;
  readonly danger?: boolean;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** Asks once; the harmless answer has the focus. */
export function Confirm(props: ConfirmProps) {
  return (
    <Dialog title={props.title} onClose={props.onNo}>
      <div class="dialog-body">{props.children}</div>
      <div class="actions end">
        <button type="button" onClick={props.onNo} autofocus>
          {props.no ?? 'Cancel'}
        </button>
        <button
          type="button"
          class={props.danger === false ? 'primary' : 'danger'}
          aria-disabled={props.busy}
          onClick={() => (props.busy ? undefined : props.onYes())}
        >
          {props.busy ? 'Saving…' : props.yes}
        </button>
      </div>
    </Dialog>
  );
}
