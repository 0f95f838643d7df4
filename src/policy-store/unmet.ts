import { refused, type ChangeRequest, type Current, type EditRefused } from '../changes/plan.ts';

/** If-Match: the scope must not have changed since the revision, which must be one of this history. */
export function unmet(ifMatch: ChangeRequest['ifMatch'], current: Current): EditRefused | undefined {
  if (ifMatch === undefined || ifMatch === 'any') return undefined;
  const changedAt = current.record.revision;
  if (ifMatch.some((revision) => revision >= changedAt && revision <= current.revision)) return undefined;
  const detail = `The list was changed at revision ${changedAt}, after the one that you named.`;
  return refused({ code: 'precondition-failed', detail });
}
