import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process that is up. */
export interface Process<Ready> {
  readonly name: string;
  readonly pid: number;
  /** What its first telling line said. */
  readonly ready: Ready;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly write: (line: string) => void;
  /** Resolves with all that it wrote to stderr once it has ended. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<string>;
}

export interface ProcessOptions<Ready> {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Reads the line that says it is up; undefined for every other. */
  readonly readyBy: (line: string) => Ready | undefined;
  /** Lines of stdout after that one. */
  readonly heard?: (line: string) => void;
  /** Lines of stderr. */
  readonly complained?: (line: string) => void;
  /** Told when it ends that nobody asked to. */
  readonly died: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** Twenty Node processes on two cores take ten seconds; a busy machine three times that. */
const readyWithinMs = 40_000;

/** A dispatcher that stops waits for its last long poll, 5 s at most. */
const stopWithinMs = 12_000;

const keptErrorChars = 4_000;

const living = new Set<ChildProcess>();

// However this program ends, nothing that it started stays.
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

export async function startProcess<Ready>(options: ProcessOptions<Ready>): Promise<Process<Ready>> {
  const { name, command, args, cwd, env = {}, signal } = options;
  signal.throwIfAborted();
  const child = spawn(command, args, { cwd, env: { PATH: process.env['PATH'], ...env }, stdio: 'pipe' });
  living.add(child);
  child.stdin.on('error', () => undefined);
  const up = Promise.withResolvers<Ready>();
  let isUp = false;
  let stopping = false;
  let complaint = '';
  const read = (line: string) => {
    if (isUp) return;
    const ready = options.readyBy(line);
    if (ready === undefined) return;
    isUp = true;
    up.resolve(ready);
  };
  createInterface(child.stdout).on('line', (line) => (isUp ? options.heard?.(line) : read(line)));
  createInterface(child.stderr).on('line', (line) => {
    complaint = `${complaint}${line}\n`.slice(-keptErrorChars);
    options.complained?.(line);
    read(line);
  });
  child.once('error', (error) => up.reject(new Error(`${name} could not be started: ${error.message}`)));
  const ended = once(child, 'close').catch(() => undefined);
  void ended.then(() => {
    living.delete(child);
    if (stopping) return;
    const how = child.exitCode === null ? (child.signalCode ?? 'unseen') : `with exit code ${child.exitCode}`;
    const sentence = `${name} ended ${how}: ${complaint.trim() || 'without a word'}`;
    if (isUp) options.died(sentence);
    up.reject(new Error(sentence));
  });
  const stop = async (by: NodeJS.Signals = 'SIGTERM') => {
    stopping = true;
    child.kill(by);
    const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    await ended;
    clearTimeout(timer);
    return complaint;
  };
  const giveUp = () => up.reject(signal.reason);
  const timer = setTimeout(() => up.reject(new Error(`${name} was not up in ${readyWithinMs} ms`)), readyWithinMs);
  signal.addEventListener('abort', giveUp);
  try {
    const ready = await up.promise;
    return {
      name,
      // It is up, so it was started.
      pid: child.pid ?? Number.NaN,
      ready,
      signal: (by) => void child.kill(by),
      write: (line) => void child.stdin.write(`${line}\n`),
      stop,
    };
  } catch (error) {
    await stop('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

/** The JSON line with `msg: "listening"` that every app logs. */
export function readListening(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  const value = JSON.parse(line) as Record<string, unknown>;
  return value['msg'] === 'listening' ? value : undefined;
}
