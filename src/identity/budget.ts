/** Signature checks that one request may cost, whatever it carries: cookies times issuers times keys. */
export interface Budget {
  /** None left: what was not verified before proves nothing now, and is not waited for. */
  left: number;
  /** Told of each token that cost a check, and that no key verified. */
  readonly onFailed?: () => void;
}

/** A browser has a session cookie, perhaps an old one beside it; a key set whose tokens name no key may hold six. */
export const MAX_CHECKS = 8;

export function createBudget(left: number, onFailed?: () => void): Budget {
  return { left, ...(onFailed && { onFailed }) };
}
