import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Says where it listens, as the apps do; SIGTERM ends it at once. */
export function announce(server: Server): void {
  const tell = () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ msg: 'listening', port })}\n`);
  };
  if (server.listening) tell();
  else server.once('listening', tell);
  process.once('SIGTERM', () => process.exit(0));
}

/** What all of them are sent, as far as they look at it. */
export interface Event {
  readonly id: string;
}

export const mediaTypes = ['application/json', 'application/cloudevents+json'];

export const queueUrl = process.env['QUEUE_URL'] ?? '';
export const redisUrl = process.env['REDIS_URL'] ?? '';
/** In place of what a queue takes to answer. */
export const delayMs = Number(process.env['DELAY_MS'] ?? 0);
