import type { ComponentChildren, RefObject } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly hint?: ComponentChildren;
  readonly error?: string | undefined;
  readonly type?: 'text' | 'search' | 'password' | 'datetime-local';
  readonly placeholder?: string;
  readonly inputMode?: 'text' | 'decimal' | 'url';
  readonly maxLength?: number;
  readonly required?: boolean;
  readonly onBlur?: () => void;
  /** Given the pasted text; true where it was taken care of. */
  readonly onPasted?: (text: string) => boolean;
  readonly inputRef?: RefObject<HTMLInputElement | null>;
  readonly class?: string;
}

/** One labelled input; its hint and its mistake are read out with it. */
export function Field(props: FieldProps) {
  const id = useId();
  const described = [props.hint === undefined ? '' : `${id}-hint`, props.error ? `${id}-error` : '']
    .filter((part) => part !== '')
    .join(' ');
  return (
    <div class={`field ${props.class ?? ''}`}>
      <label for={id}>
        {props.label}
        {props.required === false ? <span class="optional"> optional</span> : null}
      </label>
      <FieldInput {...props} id={id} described={described} />
      {props.hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      {props.error ? (
        <p class="error" id={`${id}-error`}>
          {props.error}
        </p>
      ) : null}
    </div>
  );
}

type Named = FieldProps & { readonly id: string; readonly described: string };

function FieldInput(props: Named) {
  const shared = inputProps(props);
  switch (props.type ?? 'text') {
    case 'text':
      return <input {...shared} type="text" />;
    case 'search':
      return <input {...shared} type="search" />;
    case 'password':
      return <input {...shared} type="password" />;
    case 'datetime-local':
      return <input {...shared} type="datetime-local" />;
  }
}

function inputProps(props: Named) {
  return {
    id: props.id,
    ref: props.inputRef ?? null,
    value: props.value,
    placeholder: props.placeholder,
    inputMode: props.inputMode,
    maxLength: props.maxLength,
    autocomplete: 'off' as const,
    autocapitalize: 'off' as const,
    spellcheck: false,
    'aria-describedby': props.described === '' ? undefined : props.described,
    'aria-invalid': props.error ? true : undefined,
    onInput: (event: InputEvent & { readonly currentTarget: HTMLInputElement }) =>
      props.onValue(event.currentTarget.value),
    onBlur: props.onBlur,
    onPaste: (event: ClipboardEvent) => {
      const text = event.clipboardData?.getData('text') ?? '';
      if (props.onPasted?.(text) === true) event.preventDefault();
    },
  };
}

interface ChoiceProps<T extends string> {
  readonly legend: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly hint?: string }[];
  readonly onValue: (value: T) => void;
  readonly disabled?: boolean;
}

/** A few alternatives, each with what it means. */
export function Choice<T extends string>({ legend, value, options, onValue, disabled }: ChoiceProps<T>) {
  const id = useId();
  return (
    <fieldset class="choice" disabled={disabled}>
      <legend>{legend}</legend>
      {options.map((option) => (
        <div class="option" key={option.value}>
          <input
            type="radio"
            id={`${id}-${option.value}`}
            name={id}
            checked={option.value === value}
            aria-describedby={option.hint === undefined ? undefined : `${id}-${option.value}-hint`}
            onChange={() => onValue(option.value)}
          />
          <label for={`${id}-${option.value}`}>{option.label}</label>
          {option.hint === undefined ? null : <p id={`${id}-${option.value}-hint`}>{option.hint}</p>}
        </div>
      ))}
    </fieldset>
  );
}
