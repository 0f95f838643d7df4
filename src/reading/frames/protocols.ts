import { actioncable } from './actioncable.ts';
import { UNREADABLE, type ReadCalls } from './calls.ts';
import { ddp } from './ddp.ts';
import { phoenix } from './phoenix.ts';
import { createSocketio } from './socketio.ts';

/** Reads the messages of one client, in their order; of a protocol that nobody knows, none can be read. */
export function createCallReader(protocol: string): ReadCalls {
  switch (protocol) {
    case 'actioncable':
      return actioncable;
    case 'phoenix':
      return phoenix;
    case 'ddp':
      return ddp;
    case 'socketio':
      return createSocketio();
    default:
      return () => UNREADABLE;
  }
}
