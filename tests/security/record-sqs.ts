import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { forward } from '../support/forward.ts';

/** What one app asked of SQS, as IAM names it: `SendMessage events`, by the name of the queue. */
export interface Recorder {
  readonly url: string;
  readonly asked: ReadonlySet<string>;
  readonly close: () => Promise<void>;
}

/** All that SQS is told in one request; each of the three that come in batches is allowed by the action on one. */
const sqsRequest = z.object({ QueueUrl: z.string() });

/** An HTTP proxy in front of SQS that writes down what passes. */
export async function recordSqs(endpoint: string): Promise<Recorder> {
  const asked = new Set<string>();
  const to = new URL(endpoint);
  const server = createServer((inbound, outbound) => {
    const chunks: Buffer[] = [];
    inbound.on('data', (chunk: Buffer) => chunks.push(chunk));
    inbound.on('end', () => {
      const body = Buffer.concat(chunks);
      const action = String(inbound.headers['x-amz-target'])
        .replace('AmazonSQS.', '')
        .replace(/Batch$/, '');
      const { QueueUrl } = sqsRequest.parse(JSON.parse(body.toString()));
      asked.add(`${action} ${QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1)}`);
      forward(to, inbound, outbound, body);
    });
    inbound.on('error', () => outbound.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
