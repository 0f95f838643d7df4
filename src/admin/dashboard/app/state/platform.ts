import { useCallback, useEffect, useState } from 'preact/hooks';
import { getWhitelist } from '../api/calls.ts';
import type { Scope, WhitelistPage } from '../api/types.ts';
import { useGateways } from './gateways.tsx';
import { useSuperAdmin } from './session.tsx';

/** The platform's toggle and settings, which a bot's page shows what it inherits by; a super admin's to see only. */
export function usePlatform(scope: Scope): WhitelistPage | undefined {
  const [platform, setPlatform] = useState<WhitelistPage>();
  const { revision } = useGateways();
  const may = useSuperAdmin() && scope !== 'platform';
  const read = useCallback(() => {
    if (!may) return;
    getWhitelist('platform', { limit: 1 })
      .then(setPlatform)
      .catch(() => undefined);
  }, [may]);
  useEffect(read, [read, revision]);
  return platform;
}
