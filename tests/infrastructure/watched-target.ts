import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { forward } from '../support/forward.ts';

export interface WatchedTarget {
  readonly url: string;
  /** Every credential that it was shown. */
  readonly shown: ReadonlySet<string>;
  readonly close: () => Promise<void>;
}

/** Stands before a target, and writes down what it is shown as `x-api-key`. */
export async function watchTarget(target: string): Promise<WatchedTarget> {
  const shown = new Set<string>();
  const to = new URL(target);
  const server = createServer((inbound, outbound) => {
    shown.add(String(inbound.headers['x-api-key']));
    forward(to, inbound, outbound);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    shown,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
