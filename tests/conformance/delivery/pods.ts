import { readListening, startProcess, type Process } from '../processes.ts';

export type Ready = Readonly<Record<string, unknown>>;

/** A dispatcher. */
export interface Pod {
  readonly process: Process<Ready>;
}

export interface PodOptions {
  /** By how much its wall clock is wrong. */
  readonly clockShiftMs?: number;
}

export interface Pods {
  readonly all: readonly Pod[];
  readonly start: (count: number, options?: PodOptions) => Promise<void>;
  /** Asks it to stop, as Kubernetes does, and waits until it has. */
  readonly stop: (pod: Pod) => Promise<void>;
  /** SIGKILL. */
  readonly kill: (pod: Pod) => Promise<void>;
  /** Kills all: what is to be known of them is known by then. */
  readonly close: () => Promise<void>;
}

export interface PodsOptions {
  /** Of Node: the program, and what it takes. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Lines of their logs. */
  readonly heard: (line: string) => void;
  readonly died: (sentence: string) => void;
  readonly signal: AbortSignal;
}

const preload = `${import.meta.dirname}/../preload/shifted-clock.ts`;

export function createPods({ args, env, heard, died, signal }: PodsOptions): Pods {
  const pods = new Set<Pod>();
  let started = 0;
  const startOne = async ({ clockShiftMs }: PodOptions) => {
    const process = await startProcess({
      name: `pod ${++started}`,
      command: globalThis.process.execPath,
      args: [...(clockShiftMs === undefined ? [] : ['--import', preload]), ...args],
      env: { ...env, CLOCK_SHIFT_MS: String(clockShiftMs ?? 0) },
      readyBy: readListening,
      heard,
      died,
      signal,
    });
    pods.add({ process });
  };
  const end = async (pod: Pod, by: NodeJS.Signals) => {
    if (!pods.delete(pod)) return;
    // A stopped process hears nothing else.
    pod.process.signal('SIGCONT');
    await pod.process.stop(by);
  };
  return {
    get all() {
      return [...pods];
    },
    async start(count, options = {}) {
      await Promise.all(Array.from({ length: count }, () => startOne(options)));
    },
    stop: (pod) => end(pod, 'SIGTERM'),
    kill: (pod) => end(pod, 'SIGKILL'),
    async close() {
      await Promise.all([...pods].map((pod) => end(pod, 'SIGKILL')));
    },
  };
}

/** The receiver: always at the same port. */
export interface Receiver {
  readonly url: string;
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Resolves when it takes events again. */
  readonly start: () => Promise<void>;
}

export interface ReceiverOptions extends Omit<PodsOptions, 'heard' | 'args'> {
  /** Holds `apps`. */
  readonly root: string;
}

export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { root, env, died, signal } = options;
  const start = (port: string) =>
    startProcess({
      name: 'the receiver',
      command: process.execPath,
      args: [`${root}/apps/receiver/main.ts`],
      env: { ...env, PORT: port, OPS_PORT: '0' },
      readyBy: readListening,
      died,
      signal,
    });
  let receiver: Process<Ready> | undefined = await start('0');
  const port = String(receiver.ready['port']);
  const end = async (by: NodeJS.Signals) => {
    const ending = receiver;
    receiver = undefined;
    await ending?.stop(by);
  };
  return {
    url: `http://127.0.0.1:${port}`,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async start() {
      receiver ??= await start(port);
    },
  };
}
