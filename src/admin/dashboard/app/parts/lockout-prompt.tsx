import { useEffect, useState } from 'preact/hooks';
import { listenLockout, type Meant } from '../api/request.ts';
import { useTrial } from '../state/trial.ts';
import { Confirm } from './dialog.tsx';
import { TrialBox } from './trial-box.tsx';

interface Asked {
  readonly text: string;
  readonly answer: (meant: Meant) => void;
}

/** What would shut out who asks is done where they say so a second time. */
export function LockoutPrompt() {
  const [asked, setAsked] = useState<Asked | undefined>(undefined);
  const trial = useTrial();
  useEffect(() => {
    listenLockout(
      ({ detail = '' }, { confirmWithin }) =>
        new Promise((answer) => {
          trial.choose(confirmWithin !== undefined);
          // What comes after is for programs.
          setAsked({ text: detail.replace(/ If you mean it,.*$/, ''), answer });
        }),
    );
    return () => listenLockout(async () => undefined);
  }, []);
  if (asked === undefined) return null;
  const close = (meant: Meant): void => {
    setAsked(undefined);
    asked.answer(meant);
  };
  return (
    <Confirm
      title="You would shut yourself out"
      yes="Do it all the same"
      busy={false}
      onYes={() => close({ confirmWithin: trial.ways.confirmWithin })}
      onNo={() => close(undefined)}
    >
      <p>{asked.text}</p>
      <TrialBox trial={trial} />
    </Confirm>
  );
}
