import { connect, type Socket } from 'node:net';
import { fault, type Fault } from './fault.ts';

/** What came back over a bare connection, until it ended. */
export interface Exchanged {
  readonly text: string;
  /** Whether the receiver closed it in time. */
  readonly closed: boolean;
}

/** A refusal is read for a second before its connection is destroyed; a busy machine needs a few more. */
const closedWithinMs = 5_000;

/** Whoever is to answer begins within this, in ms; half a connection closed earlier ends what is under way on it. */
const quietMs = 150;

/**
 * Writes these bytes, each piece as a packet of its own, and closes its half once nothing comes any more; resolves when the other
 * side has closed too.
 */
export function exchange(port: number, pieces: readonly (string | Uint8Array)[]): Promise<Exchanged> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1');
    const end = (closed: boolean) => {
      clearTimeout(timer);
      clearTimeout(quiet);
      socket.destroy();
      resolve({ text, closed });
    };
    const timer = setTimeout(() => end(false), closedWithinMs);
    socket.setNoDelay(true).setEncoding('latin1');
    const quiet = setTimeout(() => socket.end(), quietMs);
    socket.on('data', (chunk: string) => {
      text += chunk;
      quiet.refresh();
    });
    socket.on('error', () => undefined).on('close', () => end(true));
    socket.on('connect', () => {
      for (const piece of pieces) socket.write(piece);
    });
  });
}

/** The status of each answer, in their order. */
export function statusesIn(text: string): readonly number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** Judges what came over a bare connection: it ends, with answers that are documented, or with none. */
export function judgeExchange({ text, closed }: Exchanged, secrets: readonly string[]): Fault | undefined {
  if (!closed) return fault('hang', `a connection stays open; it said ${text.slice(0, 80)}`);
  const told = secrets.find((secret) => text.includes(secret));
  if (told !== undefined) return fault('leak', `an answer tells ${told}`);
  if (statusesIn(text).includes(500)) return fault('crash', 'the receiver made a mistake (500)');
  return text === '' || text.startsWith('HTTP/1.1 ')
    ? undefined
    : fault('wrong answer', `it said ${text.slice(0, 80)}`);
}

/** A connection that stays, to be written to and read from at another's pace. */
export interface Standing {
  readonly socket: Socket;
  readonly closed: () => boolean;
}

export function stand(port: number): Promise<Standing> {
  return new Promise((resolve, reject) => {
    let closed = false;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject).on('error', () => undefined);
      resolve({ socket, closed: () => closed });
    });
    socket.on('close', () => (closed = true)).on('end', () => (closed = true));
  });
}
