import { once } from 'node:events';
import { join } from 'node:path';
import { readListening, startProcess } from '../conformance/processes.ts';
import { fault, type Fault } from './fault.ts';

/** What an app holds after a collection, in bytes. */
export interface Memory {
  /** On the heap and beside it. */
  readonly used: number;
  readonly rss: number;
}

export interface WatchedApp {
  readonly name: string;
  readonly port: number;
  /** False once it has ended by itself. */
  readonly lives: () => boolean;
  readonly lines: () => number;
  /** What it did that it must not, since this was last asked. */
  readonly faults: () => readonly Fault[];
  readonly memory: () => Promise<Memory>;
  /** What `/metrics` tells. */
  readonly metrics: () => Promise<string>;
  readonly stop: () => Promise<unknown>;
}

export interface WatchedOptions {
  readonly app: 'receiver' | 'dispatcher';
  /** The folder of the sources. */
  readonly root: string;
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** Texts that no line may hold. */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
}

/** A step that broke says so in these words; it went on, and still it is a mistake. */
const mistakes = ['"request.broke"', '"trip.broke"', '"circuit.probe_broke"'];

const preload = `${import.meta.dirname}/preload/memory.ts`;

/** Collections of a busy process take a while. */
const memoryWithinMs = 15_000;

/** Starts an app from its own main.ts, and reads every line that it writes as it comes: there are hundreds of thousands. */
export async function startWatchedApp({ app, root, name, env, secrets, signal }: WatchedOptions): Promise<WatchedApp> {
  let found: Fault[] = [];
  let lines = 0;
  let lives = true;
  const measured = new EventTarget();
  const look = (line: string) => {
    lines++;
    const secret = secrets.find((each) => line.includes(each));
    if (secret !== undefined)
      found.push(fault('leak', `a log line of the ${name} tells ${secret}: ${line.slice(0, 300)}`));
    if (mistakes.some((mistake) => line.includes(mistake)))
      found.push(fault('crash', `the ${name} says ${line.slice(0, 600)}`));
  };
  const process_ = await startProcess({
    name: `the ${name}`,
    command: process.execPath,
    args: ['--expose-gc', '--import', preload, join(root, `apps/${app}/main.ts`)],
    env,
    readyBy: readListening,
    heard: look,
    complained(line) {
      if (line.startsWith('{"msg":"memory"')) {
        measured.dispatchEvent(new CustomEvent('memory', { detail: JSON.parse(line) as Memory }));
        return;
      }
      look(line);
      // Apps log to stdout: here stands only what Node itself has to say of what nobody caught.
      found.push(fault('crash', `the ${name} wrote to stderr: ${line.slice(0, 300)}`));
    },
    died(sentence) {
      lives = false;
      found.push(fault('crash', sentence));
    },
    signal,
  });
  const opsPort = String(process_.ready['ops_port']);
  return {
    name,
    port: Number(process_.ready['port']),
    lives: () => lives,
    lines: () => lines,
    faults() {
      const told = found;
      found = [];
      return told;
    },
    async memory() {
      const within = AbortSignal.any([signal, AbortSignal.timeout(memoryWithinMs)]);
      const told = once(measured, 'memory', { signal: within }) as Promise<[CustomEvent<Memory>]>;
      process_.signal('SIGUSR2');
      const [{ detail }] = await told;
      return detail;
    },
    metrics: async () => (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text(),
    stop: () => process_.stop(),
  };
}
