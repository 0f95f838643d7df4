/** The visitor's address, after trusted proxies. Only a known IPv4 address can be in a range. */
export type ClientIp =
  | { readonly status: 'ipv4'; readonly address: string; /** unsigned 32-bit */ readonly value: number }
  | { readonly status: 'ipv6'; readonly address: string }
  | { readonly status: 'unknown'; /** one plain sentence for operators */ readonly why: string };
