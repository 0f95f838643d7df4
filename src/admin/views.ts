import type { Answer, Step } from '../access/question.ts';
import type { ApiAnswer } from './answers.ts';
import type { Revocation } from '../policy/revocation.ts';
import { resourceToShow } from '../policy/link.ts';
import type { Principal } from '../policy/principal.ts';
import type { Change, RangeRecord, ScopeRecord, SettingsState } from '../changes/change.ts';

type ChangeView = ApiAnswer<'change'>;
type SettingsView = NonNullable<ChangeView['after']['settings']>;

/** Settings as they are stored: null is inherited. */
export function viewSettings(state: SettingsState | ScopeRecord): SettingsView {
  const { enabled, mode = null, whenOff = null, requireLogin = null, inheritPlatform = null } = state;
  return { enabled, mode, whenOff, requireLogin, inheritPlatform };
}

/** An entry of the change log as admins see it. */
export function viewChange(change: Change): ChangeView {
  const { revision, scope, at, by, from, reverts, reason, trialUntil, confirms, truncated, settings } =
    change;
  return {
    revision,
    scope,
    at,
    by,
    ...(from === undefined ? {} : { from }),
    ...(reverts === undefined ? {} : { reverts }),
    ...(reason === undefined ? {} : { reason }),
    ...(trialUntil === undefined ? {} : { trialUntil }),
    ...(confirms === undefined ? {} : { confirms }),
    before: viewSide(settings?.before, change.removed, change.revocations?.removed),
    after: viewSide(settings?.after, change.added, change.revocations?.added),
    addedCount: change.addedCount,
    removedCount: change.removedCount,
    ...(truncated === true ? { truncated } : {}),
  };
}

export function viewSide(
  settings: SettingsState | undefined,
  ranges: readonly RangeRecord[],
  revocations?: readonly Revocation[],
): ChangeView['after'] {
  return {
    ...(settings === undefined ? {} : { settings: viewSettings(settings) }),
    ranges: [...ranges],
    ...(revocations === undefined ? {} : { revocations: [...revocations] }),
  };
}

type Explained = ApiAnswer<'explained'> & Readonly<Record<string, unknown>>;

/** A decision as admins see it, with every step that led to it. */
export function viewAnswer(answer: Answer, steps: readonly Step[]): Explained {
  const { decision, resource, principal, client, mode, enforced, revision, stale } = answer;
  return {
    decision,
    steps: [...steps],
    mode,
    enforced,
    revision,
    stale,
    resource: resourceToShow(resource),
    principal: viewPrincipal(principal),
    client,
  };
}

export function viewPrincipal(principal: Principal): object {
  if (principal.kind !== 'known') {
    const { kind, reason } = principal;
    const { cause, tried } = kind === 'undetermined' ? {} : principal;
    return { kind, reason, ...(cause && { cause }), ...(tried !== undefined && { issuer: tried }) };
  }
  const { kind, via, issuer, subject, member, contact } = principal;
  const bots = member?.bots;
  return {
    kind,
    via,
    issuer,
    subject,
    ...(bots === undefined ? {} : { bots: bots === 'all' ? 'all' : [...bots] }),
    ...(contact === undefined ? {} : { contact: contact.id, conversations: [...contact.conversations] }),
  };
}
