import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type Env = Readonly<Record<string, string>>;

/** A process of the pipeline. */
export interface Part {
  readonly name: string;
  /** The fields of the line in which it said that it listens. */
  readonly ports: Readonly<Record<string, number>>;
  readonly stop: () => Promise<void>;
}

/** A part that ended although nobody asked it to. */
export class PartFailed extends Error {
  constructor(name: string, how: string, lastLines: readonly string[]) {
    super(`${name} ended by itself (${how}). Its last words:\n${lastLines.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'PartFailed';
  }
}

/** What a stopping part may take before it is killed: more than any of them needs to drain. */
const stopMs = 30_000;

const lastLinesKept = 5;

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
  child.kill('SIGTERM');
  await gone;
  clearTimeout(late);
}

/**
 * Starts an app as a process and waits until it listens. In a group of its own, so that Ctrl-C in the terminal reaches
 * only this process, which then stops the parts in their order.
 */
export async function startApp(
  name: string,
  app: string,
  env: Env,
  folder: string,
  onFailed: (failure: PartFailed) => void,
): Promise<Part> {
  const main = join(import.meta.dirname, '..', app, 'main.ts');
  const child = spawn(process.execPath, [main], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const file = createWriteStream(join(folder, `${name}.log`));
  const lastLines: string[] = [];
  let stopping = false;
  const listening = new Promise<Record<string, number>>((resolve) => {
    const read = (text: string) => {
      file.write(`${text}\n`);
      lastLines.push(text);
      if (lastLines.length > lastLinesKept) lastLines.shift();
      if (!text.includes('"listening"')) return;
      const line = JSON.parse(text) as Record<string, unknown>;
      const ports = Object.entries(line).filter((field): field is [string, number] => field[0].endsWith('port'));
      resolve(Object.fromEntries(ports));
    };
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', read);
  });
  const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => {
    file.end();
    const failure = new PartFailed(name, code === null ? `signal ${signal ?? ''}` : `exit code ${code}`, lastLines);
    if (!stopping) onFailed(failure);
    return failure;
  });
  const ports = await Promise.race([listening, ended.then((failure) => Promise.reject(failure))]);
  return {
    name,
    ports,
    stop: async () => {
      stopping = true;
      await stopChild(child);
    },
  };
}

/** Starts an embedded queue or Redis, and resolves with its address. */
export async function startEmbedded(name: 'queue' | 'redis'): Promise<Omit<Part, 'ports'> & { readonly url: string }> {
  const child = fork(join(import.meta.dirname, `embedded-${name}.ts`), { detached: true, stdio: 'ignore' });
  const ended = once(child, 'exit').then(([code]: number[]) => {
    throw new Error(`The embedded ${name} ended with ${code ?? 'a signal'} before it listened`);
  });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ url: string }];
  return { name, url: message.url, stop: () => stopChild(child) };
}
