import { TestEnvironment } from 'jest-environment-node';

/**
 * What keeps a process alive and is ours to close. Timers are left out, as jest holds some of its own; a loop that
 * nobody stopped shows by the socket it works on.
 */
const ours = new Set(['TCPSocketWrap', 'TCPServerWrap', 'ProcessWrap', 'TLSWrap', 'UDPWrap']);

const open = () => process.getActiveResourcesInfo().filter((kind) => ours.has(kind));

/**
 * Every test file must leave its process as it found it: a socket, server or child left open fails the file that opened
 * it. Asked after the last hook of the file. Closing takes the kernel and keep-alive pools a moment, so it looks again
 * for up to two seconds.
 */
export default class LeakCheckingEnvironment extends TestEnvironment {
  before = open().length;

  async handleTestEvent(event, state) {
    if (event.name !== 'run_finish') return;
    const deadline = performance.now() + 2_000;
    while (open().length > this.before && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const leaked = open().slice(this.before);
    if (leaked.length > 0) state.unhandledErrors.push(new Error(`The tests left open: ${leaked.join(', ')}`));
  }
}
