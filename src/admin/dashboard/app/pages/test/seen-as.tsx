import type { Me } from '../../api/types.ts';
import { useSession } from '../../state/session.tsx';

/** How the gateway sees the person looking: their address, and every hop that led to it. */
export function SeenAs() {
  const { me } = useSession();
  if (me === undefined) return null;
  return (
    <section class="card" aria-labelledby="seen-as">
      <h2 id="seen-as">You, as the gateway sees you</h2>
      <dl class="facts-list">
        <dt>Client IP</dt>
        <dd>{me.clientIp ?? `unknown: ${me.why ?? 'it cannot be told'}`}</dd>
        <dt>Remote IP</dt>
        <dd>{me.remoteIp}</dd>
        <dt>Person</dt>
        <dd>
          {me.principal.subject}
          {me.principal.issuer === undefined ? '' : ` (${me.principal.issuer})`}, {wayOf(me)}
        </dd>
      </dl>
      {me.hops.length === 0 ? null : (
        <>
          <h3>Hops, nearest first</h3>
          <ol class="hops">
            {me.hops.map((hop, index) => (
              <li key={index}>
                <code>{hop.address}</code>{' '}
                <span class="tag">{hop.trusted ? 'trusted proxy' : 'not trusted'}</span>{' '}
                <span class="hint">{hop.source}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function wayOf({ via }: Me): string {
  switch (via) {
    case 'bearer':
      return 'by a bearer token';
    case 'cookie':
      return 'by the site’s session';
    case 'header':
      return 'by a token in a header';
    case 'session':
      return 'by a pasted token';
    case 'static-token':
      return 'by the configured token';
  }
}
