import { connect } from 'node:net';
import { wait } from '../../apps/shared/wait.ts';

/** Between two looks. */
const lookEveryMs = 2;

const request = 'GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n';

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => socket.write(request));
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(chunk.toString('latin1', 9, 12) === '200');
    });
    socket.once('error', () => resolve(false));
    socket.once('end', () => resolve(false));
  });
}

/** Resolves when `/readyz` on the port answers 200; rejects when the signal ends. */
export async function untilReady(port: number, signal: AbortSignal): Promise<void> {
  while (!(await isReady(port))) {
    signal.throwIfAborted();
    await wait(lookEveryMs, signal);
  }
}
