import { useEffect, useState } from 'preact/hooks';
import { listenLockout } from '../api/request.ts';
import { Confirm } from './dialog.tsx';

interface Asked {
  readonly text: string;
  readonly answer: (meant: boolean) => void;
}

/** What would shut out who asks is done where they say so a second time. */
export function LockoutPrompt() {
  const [asked, setAsked] = useState<Asked | undefined>(undefined);
  useEffect(() => {
    listenLockout(
      ({ detail = '' }) =>
        new Promise((answer) => {
          // What comes after is for programs.
          setAsked({ text: detail.replace(/ If you mean it,.*$/, ''), answer });
        }),
    );
    return () => listenLockout(async () => false);
  }, []);
  if (asked === undefined) return null;
  const close = (meant: boolean): void => {
    setAsked(undefined);
    asked.answer(meant);
  };
  return (
    <Confirm
      title="You would shut yourself out"
      yes="Do it all the same"
      busy={false}
      onYes={() => close(true)}
      onNo={() => close(false)}
    >
      <p>{asked.text}</p>
    </Confirm>
  );
}
