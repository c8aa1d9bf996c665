import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { connection } from '../../apps/receiver/limits.ts';
import { startReceiver } from './harness.ts';

it('closes connections whose answers nobody reads', async () => {
  const receiver = await startReceiver();
  const socket = connect({ port: receiver.port, host: '127.0.0.1' }).on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  const end = new AbortController();
  const closed = new Promise<boolean>((resolve) => void socket.once('close', () => resolve(true)));
  // Each time a few whole requests, until their answers are more than the system keeps on their way.
  const some = 'GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(60);
  let written = 0;
  // Whoever never reads learns of the end by writing after it.
  const timer = setInterval(() => socket.write(written++ < 20 ? some : 'G'), 500);
  const late = wait(2 * connection.silenceTimeout + 18_000, false, { ref: false, signal: end.signal }).catch(
    () => false,
  );
  const isClosed = await Promise.race([closed, late]);
  clearInterval(timer);
  end.abort();
  socket.destroy();
  await receiver.close();
  expect(isClosed).toBe(true);
});
