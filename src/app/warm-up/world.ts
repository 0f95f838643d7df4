import { generateKeyPairSync } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { startPlatform } from './platform.ts';
import { createRequests } from './requests.ts';
import { startVisitors, type Visits } from './visitors.ts';

/** Where the platform is, and by which key tokens are verified (PEM); then what became of the visits. */
export type Told = { readonly platformPort: number; readonly publicKey: string } | Readonly<Visits>;

/** Where the gateway is; undefined: that it is enough. */
export interface Heard {
  readonly port: number | undefined;
}

/**
 * What stands around a gateway: a platform, an issuer and visitors, none of them real. On a thread of its own, where
 * the code that it shares with a gateway is compiled for itself, and not for what it does with it.
 */
const { visitors } = workerData as { readonly visitors: number };
const tell = (told: Told): void => parentPort?.postMessage(told);
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let running: ReturnType<typeof startVisitors> | undefined;

parentPort?.on('message', ({ port }: Heard) => {
  if (port !== undefined) running = startVisitors(port, visitors, createRequests(privateKey));
  else {
    running?.stop();
    tell(running?.visits ?? { answered: 0 });
  }
});

const platform = await startPlatform();
tell({
  platformPort: platform.port,
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
});
