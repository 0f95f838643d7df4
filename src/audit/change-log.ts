/** What a super admin did: the log's line beside the store's record of it. */
export interface ChangeEvent {
  readonly revision: number;
  readonly scope: string;
  readonly by: string;
  readonly from?: string;
  readonly added: number;
  readonly removed: number;
  readonly settings: readonly string[];
  readonly requestId: string;
}

export interface ChangeSink {
  info(fields: object, message: string): void;
}

/** Writes one line for each change of the policy made through this gateway. */
export function createChangeLog(log: ChangeSink): (event: ChangeEvent) => void {
  return (event) => log.info(event, 'change');
}
