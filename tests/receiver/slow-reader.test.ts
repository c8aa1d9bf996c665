import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { connection } from '../../apps/receiver/limits.ts';
import { startReceiver } from './harness.ts';

it('closes connections whose answers nobody reads', async () => {
  const receiver = await startReceiver();
  const socket = connect({ port: receiver.port, host: '127.0.0.1' }).on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  // More than the system keeps on their way: the rest is the receiver's to hold.
  socket.write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2_000));
  const ops = `http://127.0.0.1:${String(receiver.app.listening['ops_port'])}/metrics`;
  const open = async () =>
    Number(/^nodejs_active_resources\{type="TCPSocketWrap"\} (\d+)$/m.exec(await (await fetch(ops)).text())?.[1] ?? 0);
  const before = await open();
  const deadlineMs = performance.now() + 2 * connection.silenceTimeout + 5_000;
  let now = before;
  while (now >= before && performance.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    now = await open();
  }
  socket.destroy();
  await receiver.close();
  expect(now).toBeLessThan(before);
});
