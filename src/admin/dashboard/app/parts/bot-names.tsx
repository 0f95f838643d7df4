import { getWhitelists } from '../api/calls.ts';
import { useLoad } from '../state/load.ts';

const mostNames = 500;

/** The bots that have a list, are the person's own, or that routes name: to be picked from in a field of that `list`. */
export function BotNames({ id }: { readonly id: string }) {
  const { value } = useLoad(() => getWhitelists({ limit: mostNames }), []);
  return (
    <datalist id={id}>
      {(value?.whitelists ?? []).map(({ scope }) => (
        <option key={scope} value={scope.replace(/^bot:/, '')} />
      ))}
    </datalist>
  );
}
