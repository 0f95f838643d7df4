import { quadValue } from '../../../../policy/range.ts';

/** Blocks that no visitor from the internet has (RFC 6890 and its successors), as inclusive ends. */
export interface SpecialBlock {
  readonly start: number;
  readonly end: number;
  readonly cidr: string;
  /** Completes "… are". */
  readonly are: string;
}

const block = (cidr: string, are: string): SpecialBlock => {
  const [quad = '', bits = '32'] = cidr.split('/');
  const start = quadValue(quad);
  return { start, end: start + 2 ** (32 - Number(bits)) - 1, cidr, are };
};

const privately = 'private: only visitors on the gateway’s own network have them, nobody on the internet';

export const specialBlocks: readonly SpecialBlock[] = [
  block('0.0.0.0/8', 'no visitor’s: they mean “this network”'),
  block('10.0.0.0/8', privately),
  block(
    '100.64.0.0/10',
    'shared by a provider’s customers (carrier-grade NAT): many strangers can have the same one',
  ),
  block('127.0.0.0/8', 'the gateway’s own machine: every program on it would be let in'),
  block('169.254.0.0/16', 'link-local: no visitor’s'),
  block('172.16.0.0/12', privately),
  block('192.0.2.0/24', 'for documentation only: no visitor’s'),
  block('192.168.0.0/16', privately),
  block('198.18.0.0/15', 'for benchmarks only: no visitor’s'),
  block('198.51.100.0/24', 'for documentation only: no visitor’s'),
  block('203.0.113.0/24', 'for documentation only: no visitor’s'),
  block('224.0.0.0/4', 'multicast: no visitor’s'),
  block('240.0.0.0/4', 'reserved: no visitor’s'),
];
