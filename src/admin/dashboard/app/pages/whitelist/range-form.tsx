import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RangeRecord, Scope } from '../../api/types.ts';
import { Field } from '../../parts/field.tsx';
import { addressCount, wideAbove } from '../../ranges/effects.ts';
import { completed, readPasted, readTyped } from '../../ranges/typed.ts';
import type { Mistakes, Typed } from '../../ranges/typed.ts';
import { Preview } from './range-preview.tsx';

export interface RangeFormProps {
  readonly scope: Scope;
  readonly typed: Typed;
  readonly onTyped: (typed: Typed) => void;
  /** The range that is being edited. */
  readonly editing?: RangeRecord;
  readonly save: string;
  readonly busy: boolean;
  /** With what is meant by what stands in the fields. */
  readonly onSave: (typed: Typed) => void;
  readonly onCancel: () => void;
  /** A list was pasted into a field. */
  readonly onList?: (text: string) => void;
  /** What else can be chosen of the saving. */
  readonly children: ComponentChildren;
}

/** The fields of one range, and what saving it would do. */
export function RangeForm(props: RangeFormProps) {
  const { typed, busy } = props;
  const [tried, setTried] = useState(false);
  const [meant, setMeant] = useState(false);
  // Shown as it is typed: a preview that came with the click on the button would move the button away from it.
  const whole = completed(typed);
  const { range, mistakes } = readTyped(whole, Date.now());
  const wide = range !== undefined && addressCount(range) > wideAbove;
  useEffect(() => setMeant(false), [range?.start, range?.end]);
  const ready = range !== undefined && (!wide || meant);
  return (
    <form
      class="range-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (ready && !busy) props.onSave(whole);
        else focusFirstMistake(event.currentTarget);
      }}
    >
      <RangeFields {...props} mistakes={shownMistakes(mistakes, whole, tried)} />
      <Preview {...props} span={range} wide={wide} meant={meant} onMeant={setMeant} />
      {props.children}
      <div class="actions">
        <button type="submit" class="primary" aria-disabled={busy}>
          {busy ? 'Saving…' : props.save}
        </button>
        <button type="button" onClick={props.onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

/** Nobody is told off for a field that they have not come to yet. */
function shownMistakes(mistakes: Mistakes, typed: Typed, tried: boolean): Mistakes {
  if (tried) return mistakes;
  const { start, end, note, purpose, expiresAt } = mistakes;
  return {
    ...(start !== undefined && looksDone(typed.start) ? { start } : {}),
    ...(end !== undefined && looksDone(typed.end) ? { end } : {}),
    ...(note === undefined ? {} : { note }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(expiresAt !== undefined && typed.expires !== '' ? { expiresAt } : {}),
  };
}

function looksDone(text: string): boolean {
  return text.split('.').length > 3 || /[^0-9.]/.test(text.trim());
}

function focusFirstMistake(form: HTMLFormElement): void {
  requestAnimationFrame(() => {
    form.querySelector<HTMLElement>('[aria-invalid="true"], .meant input')?.focus();
  });
}

interface FieldsProps extends RangeFormProps {
  readonly mistakes: Mistakes;
}

function RangeFields(props: FieldsProps) {
  const { typed, onTyped, mistakes } = props;
  const set = (part: Partial<Typed>): void => onTyped({ ...typed, ...part });
  return (
    <div class="fields">
      <Ends {...props} />
      <Field
        label="Purpose"
        required={false}
        value={typed.purpose}
        error={mistakes.purpose}
        onValue={(purpose) => set({ purpose })}
      />
      <Field
        label="Note"
        required={false}
        value={typed.note}
        error={mistakes.note}
        onValue={(note) => set({ note })}
      />
      <Field
        label="Expires"
        required={false}
        type="datetime-local"
        value={typed.expires}
        error={mistakes.expiresAt}
        onValue={(expires) => set({ expires })}
      />
    </div>
  );
}

/** Leaving the start fills in the end; where the end has the focus by then, typing replaces what was filled in. */
function useCompletion(typed: Typed, onTyped: (typed: Typed) => void) {
  const end = useRef<HTMLInputElement>(null);
  const filled = useRef(false);
  const complete = (): void => {
    const next = completed(typed);
    if (next === typed) return;
    filled.current = next.end !== typed.end;
    onTyped(next);
  };
  useLayoutEffect(() => {
    if (filled.current && document.activeElement === end.current) end.current?.select();
    filled.current = false;
  }, [typed.end]);
  return { end, complete };
}

function Ends({ typed, onTyped, mistakes, onList }: FieldsProps) {
  const { end, complete } = useCompletion(typed, onTyped);
  const set = (part: Partial<Typed>): void => onTyped({ ...typed, ...part });
  const paste = (text: string): boolean => {
    const read = readPasted(text);
    if (read.kind === 'list' && onList !== undefined) onList(text);
    else if (read.kind === 'range')
      set({ start: read.start, end: read.end, note: typed.note || (read.note ?? '') });
    else return false;
    return true;
  };
  return (
    <>
      <Field
        label="Start IP range"
        class="address"
        value={typed.start}
        error={mistakes.start}
        onValue={(start) => set({ start })}
        onBlur={complete}
        onPasted={paste}
        placeholder="203.0.113.0"
      />
      <Field
        label="End IP range"
        inputRef={end}
        class="address"
        value={typed.end}
        error={mistakes.end}
        onValue={(end) => set({ end })}
        onPasted={paste}
        placeholder="203.0.113.255"
      />
    </>
  );
}
