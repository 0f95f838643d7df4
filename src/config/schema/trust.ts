import * as Type from '../../json-schema.ts';
import type { ForwardingSource } from '../../reading/origin.ts';
import { entry, listOf, reloads, text } from './kinds.ts';

export const trustedProxies = reloads(Type.Optional(
  entry(
    {
      cidrs: listOf(text({ description: 'An address or CIDR.', format: 'cidr' }), {
        description: 'Hops whose forwarding header is believed. []: the header is ignored, the peer is the client.',
      }),
      source: Type.Unsafe<ForwardingSource>(
        text({
          description: '`x-forwarded-for`, `forwarded`, `proxy-protocol` or `header:<name>`.',
          default: 'x-forwarded-for',
          format: 'trust-source',
        }),
      ),
      passHeaders: listOf(text({ description: 'A header name.', format: 'header-name' }), {
        description:
          'Headers by which these proxies tell the platform who a visitor is, such as X-Forwarded-User: passed on from them, and from nobody else in any spelling. Identity headers that are not listed reach the platform from nobody.',
        default: [],
      }),
    },
    {
      description:
        'Proxies in front of the gateway. Unset: no header is believed, and one seen makes the client IP unknown.',
      example: { cidrs: ['10.0.0.0/8'], source: 'x-forwarded-for' },
    },
  ),
));
