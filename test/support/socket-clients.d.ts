/** The little of libraries without types of their own that tests use. */
declare module 'phoenix' {
  interface Push {
    receive(status: string, told: (response: unknown) => void): Push;
  }
  interface Channel {
    join(): Push;
    push(event: string, payload: object | ArrayBuffer): Push;
    on(event: string, told: (payload: unknown) => void): void;
  }
  export class Socket {
    constructor(url: string, options: object);
    connect(): void;
    disconnect(): void;
    onClose(told: (event: { readonly code: number; readonly reason: string }) => void): void;
    channel(topic: string, params?: object): Channel;
  }
}
declare module '@rails/actioncable' {
  interface Subscription {
    perform(action: string, data: object): void;
  }
  interface Consumer {
    readonly subscriptions: {
      create(channel: object, callbacks: object): Subscription;
    };
    disconnect(): void;
  }
  export const adapters: { WebSocket: unknown; logger: unknown };
  export function createConsumer(url: string): Consumer;
}
