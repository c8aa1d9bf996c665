import { execFile } from 'node:child_process';
import { startProcess } from './processes.ts';

/** One call, on the kernel's wall clock. */
export interface CapturedCall {
  /** When its first packet reached the target. */
  readonly epochMs: number;
  /** When the first packet of its answer left; null where none did. */
  readonly answeredEpochMs: number | null;
}

export interface Captured {
  readonly calls: readonly CapturedCall[];
  /** Packets that the kernel could not hand over. */
  readonly dropped: number;
}

export interface Capture {
  readonly stop: () => Promise<Captured>;
}

/** `POST` and `HTTP` as the first bytes of a packet's payload. */
const begins = (fourBytes: string) => `tcp[((tcp[12] & 0xf0) >> 2):4] = ${fourBytes}`;
const post = begins('0x504f5354');
const http = begins('0x48545450');

/** Headers of any link, and the four bytes that the filter looks at. */
const snapBytes = '160';

/** In KiB; seconds of packets, should this program be held up. */
const bufferKib = '8192';

/** A packet that was taken is told at once, but this program may be behind on reading. */
const settleMs = 300;

/** Whether this machine can tell arrivals by the kernel's clock. */
export async function canCapture(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  return new Promise((resolve) => {
    execFile('tcpdump', ['--version'], (error) => resolve(error === null));
  });
}

export interface CaptureOptions {
  readonly port: number;
  /** The network interface by which calls come in. */
  readonly link: string;
  /** A process in whose network that is; this machine's own where it is left out. */
  readonly inNetworkOf?: number;
  readonly died: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** Reads every call to the port off the interface: whatever the target does with it, and however late. */
export async function startCapture({ port, link, inNetworkOf, died, signal }: CaptureOptions): Promise<Capture> {
  const calls: { epochMs: number; answeredEpochMs: number | null }[] = [];
  const open = new Map<string, { answeredEpochMs: number | null }>();
  const filter = `(tcp dst port ${port} and ${post}) or (tcp src port ${port} and ${http})`;
  const heard = (line: string) => {
    const packet = /^(\d+)\.(\d{9}) IP (\S+) > (\S+):/.exec(line);
    if (packet === null) return;
    const [, seconds, nanos, from = '', to = ''] = packet;
    const epochMs = Number(seconds) * 1_000 + Number(nanos) / 1e6;
    if (to.endsWith(`.${port}`)) {
      const call = { epochMs, answeredEpochMs: null };
      calls.push(call);
      open.set(from, call);
    } else {
      const call = open.get(to);
      if (call !== undefined) call.answeredEpochMs = epochMs;
      open.delete(to);
    }
  };
  const format = ['-n', '-q', '-l', '-tt', '--nano', '--immediate-mode'];
  const enter = inNetworkOf === undefined ? [] : ['nsenter', '--net', '--target', String(inNetworkOf)];
  const [command, ...args] = [...enter, 'tcpdump', '-i', link, ...format, '-s', snapBytes, '-B', bufferKib];
  const tcpdump = await startProcess({
    name: 'tcpdump',
    command,
    args: [...args, filter],
    readyBy: (line) => (line.startsWith('listening on') ? true : undefined),
    heard,
    died,
    signal,
  });
  return {
    async stop() {
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      const said = await tcpdump.stop('SIGINT');
      const dropped = /(\d+) packets? dropped by kernel/.exec(said)?.[1];
      return { calls, dropped: Number(dropped ?? Number.NaN) };
    },
  };
}
