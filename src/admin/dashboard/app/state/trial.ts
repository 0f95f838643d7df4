import { useState } from 'preact/hooks';
import type { TrialTime } from '../api/request.ts';
import type { ChangeReceipt } from '../api/types.ts';

/** Whether the next change is made on trial. */
export interface TrialChoice {
  readonly isOn: boolean;
  readonly choose: (isOn: boolean) => void;
  /** What is asked of the gateway by it. */
  readonly ways: { readonly confirmWithin?: TrialTime };
}

export function useTrial(first = false): TrialChoice {
  const [isOn, choose] = useState(first);
  return { isOn, choose, ways: isOn ? { confirmWithin: '5m' } : {} };
}

/** What was done, and that it lapses where nobody keeps it. */
export function saidOf(text: string, { trialUntil }: ChangeReceipt): string {
  return trialUntil === undefined
    ? text
    : `${text} It is on trial: keep it within 5 minutes, or it is taken back.`;
}
