import { decide, type DecideOptions, type DecisionInput } from './decide.ts';
import { settingsInForce } from './in-force.ts';
import type { PolicyView } from './policy.ts';
import type { Reason } from './reason.ts';

/** Two policies, and what else both decide by. */
export interface Compared {
  readonly today: PolicyView;
  readonly draft: PolicyView;
  readonly options: DecideOptions;
  /** Unix milliseconds, of both. */
  readonly atMs: number;
}

/** A request that the draft turns away, or lets in: what today's policy says of it, and what the draft would. */
export interface Turn {
  readonly effect: 'refused' | 'admitted';
  readonly was: Reason;
  readonly becomes: Reason;
}

/** What a draft would change for a request; undefined where it is answered, or turned away, by both. */
export function turnOf(asked: DecisionInput, compared: Compared): Turn | undefined {
  const was = judged(asked, compared.today, compared);
  const becomes = judged(asked, compared.draft, compared);
  if (was.passes === becomes.passes) return undefined;
  return { effect: was.passes ? 'refused' : 'admitted', was: was.reason, becomes: becomes.reason };
}

/** False where both policies answer a request alike from every address. */
export function dependsOnAddress(asked: DecisionInput, { today, draft, options, atMs }: Compared): boolean {
  if (asked.principal.kind === 'undetermined') return true;
  return [today, draft].some((view) => {
    let reached = false;
    decide(asked, view, options, atMs, (line) => (reached ||= line === 'whitelist'));
    return reached;
  });
}

/** Mode `report` lets everything pass. */
function judged(asked: DecisionInput, view: PolicyView, { options, atMs }: Compared) {
  const { outcome, reason } = decide(asked, view, options, atMs);
  const passes =
    outcome === 'forward' || settingsInForce(asked.resource, view, options.defaults).mode === 'report';
  return { passes, reason };
}
