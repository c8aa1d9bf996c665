import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createChance } from './chance.ts';
import { createClock } from './clock.ts';
import { createControl } from './control.ts';
import { createFaults } from './faults.ts';
import { createQueues } from './queues.ts';
import { createServe } from './serve.ts';

/**
 * Longer than any client's pause between two requests: a connection that is closed as a request comes would be a fault that
 * nobody ordered.
 */
const keepAliveMs = 600_000;

const speed = Number(process.env['SPEED'] ?? 1);
if (!(speed > 0 && speed < Infinity)) throw new Error('SPEED says how many times as fast the clock runs: 1, or 360');

const clock = createClock(speed);
const chance = createChance();
const faults = createFaults(chance);
const queues = createQueues(clock, chance);
const control = createControl(queues, faults, chance);
const server = createServer({ keepAliveTimeout: keepAliveMs }, createServe({ queues, faults, chance, clock, control }));

const stop = () => {
  process.stdin.destroy();
  server.close();
  server.closeAllConnections();
};
process.once('SIGTERM', stop);
// Whoever started it holds its stdin open, and may be killed before saying that it is no longer needed.
process.stdin.resume().once('end', stop);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ msg: 'listening', port })}\n`);
});
