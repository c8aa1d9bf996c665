import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** A process of the pipeline: an app, or an embedded SQS or Redis. */
export interface Part {
  readonly name: string;
  /** Its entry, relative to `apps`. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The JSON line with `msg: "listening"` that every part logs, with the ports it has. */
export type Listening = Readonly<Record<string, unknown>>;

export type StartPart = (part: Part) => Promise<Listening>;

export interface Parts {
  /** Resolves once the part listens; rejects with a sentence where it does not. */
  readonly start: StartPart;
  /** Asks the named parts, or all, to end, and resolves when they have. */
  readonly stop: (names?: readonly string[]) => Promise<void>;
}

export interface PartsOptions {
  /** Where each part's log goes. */
  readonly folder: string;
  /** Told when a part ends that nobody asked to. */
  readonly died: (sentence: string) => void;
  /** Gives up on parts that do not listen yet. */
  readonly signal: AbortSignal;
}

/** Starting takes a second or two; thirty on the most loaded of machines. */
const listenWithinMs = 30_000;

/** What an app does not finish in the time that Kubernetes gives it, it does not finish. */
const killAfterMs = 30_000;

/** Enough to see why something ended; the whole log stays in its file. */
const lastLines = 5;

interface Running {
  readonly name: string;
  readonly child: ChildProcess;
  readonly closed: Promise<unknown>;
  stopping: boolean;
}

const entryOf = (entry: string) => fileURLToPath(new URL(`../${entry}`, import.meta.url));

export function createParts({ folder, died, signal }: PartsOptions): Parts {
  const running = new Map<string, Running>();

  async function start({ name, entry, env }: Part): Promise<Listening> {
    const child = fork(entryOf(entry), {
      env,
      execArgv: ['--import', new URL('leash.ts', import.meta.url).href],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    const part = { name, child, closed: once(child, 'close').catch(() => undefined), stopping: false };
    running.set(name, part);
    const log = createWriteStream(join(folder, `${name}.log`));
    const last: string[] = [];
    const heard = Promise.withResolvers<Listening>();
    const hear = (stream: Readable | null) => {
      if (stream === null) return;
      createInterface(stream).on('line', (line) => {
        log.write(`${line}\n`);
        last.push(line);
        if (last.length > lastLines) last.shift();
        const listening = listeningOf(line);
        if (listening !== undefined) heard.resolve(listening);
      });
    };
    hear(child.stdout);
    hear(child.stderr);
    child.once('error', (error) => heard.reject(new Error(`The ${name} could not be started: ${error.message}.`)));
    child.once('close', (code, by) => {
      log.end();
      running.delete(name);
      if (part.stopping) return heard.reject(new Error(`The ${name} was stopped.`));
      const sentence = `The ${name} ended unexpectedly (${code === null ? (by ?? 'no code') : `exit code ${code}`})`;
      const words =
        last.length === 0 ? `${sentence} without a word.` : `${sentence}; its last words: ${last.join('\n')}`;
      heard.reject(new Error(words));
      died(words);
    });
    const giveUp = () => heard.reject(new Error(`The ${name} was no longer waited for.`));
    const timer = setTimeout(
      () => heard.reject(new Error(`The ${name} did not listen within ${listenWithinMs / 1_000} s.`)),
      listenWithinMs,
    );
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp);
    try {
      return await heard.promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }

  async function stopOne(part: Running): Promise<void> {
    part.stopping = true;
    part.child.kill('SIGTERM');
    const timer = setTimeout(() => part.child.kill('SIGKILL'), killAfterMs);
    await part.closed;
    clearTimeout(timer);
  }

  return {
    start,
    async stop(names) {
      const wanted = [...running.values()].filter(({ name }) => names?.includes(name) ?? true);
      await Promise.all(wanted.map(stopOne));
    },
  };
}

function listeningOf(line: string): Listening | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'msg' in value && value.msg === 'listening'
      ? { ...value }
      : undefined;
  } catch {
    // Not everything that a part says is JSON: an exception that ends it is not.
    return undefined;
  }
}
