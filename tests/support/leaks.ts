import { afterAll, expect } from '@jest/globals';

/**
 * What keeps a process alive and is ours to close. Timers are left out, as jest holds some of its own; a loop that
 * nobody stopped shows by the socket it works on.
 */
const ours = new Set(['TCPSocketWrap', 'TCPServerWrap', 'ProcessWrap', 'TLSWrap', 'UDPWrap']);

function open(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => ours.has(kind));
}

const before = open().length;

/**
 * Every test file must leave its process as it found it: a socket, server or child left open fails the file that opened
 * it. Closing takes the kernel and keep-alive pools a moment, so the check looks again for up to two seconds.
 */
afterAll(async () => {
  const deadline = performance.now() + 2_000;
  while (open().length > before && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(open().slice(before)).toEqual([]);
});
