import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** One JSON line of an app's log. */
export type LogLine = Readonly<Record<string, unknown>>;

export interface AppProcess {
  readonly child: ChildProcess;
  /** The line that says `listening`, with the ports in use. */
  readonly listening: LogLine;
  readonly log: readonly LogLine[];
  /** Resolves with the first line, past or to come, that fits. */
  readonly logged: (fits: (line: LogLine) => boolean) => Promise<LogLine>;
  /** Sends the signal and resolves with the exit code, or `null` where a signal ended it. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
  /** What `/metrics` tells; nothing where the app has none or has ended. */
  readonly metrics: () => Promise<string>;
}

export type Env = Readonly<Record<string, string>>;

/** Starts an app from its own main.ts, or from the file named, with nothing of this process' environment, and waits until it listens. */
export async function startApp(app: string, env: Env, file = `apps/${app}/main.ts`): Promise<AppProcess> {
  const child = spawn(process.execPath, ['--disable-proto=delete', file], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: LogLine[] = [];
  const waiting = new Set<(line: LogLine) => void>();
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  createInterface(child.stdout).on('line', (text) => {
    const line = JSON.parse(text) as LogLine;
    log.push(line);
    for (const look of waiting) look(line);
  });
  const logged = (fits: (line: LogLine) => boolean) => {
    const past = log.find(fits);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise<LogLine>((resolve) => {
      const look = (line: LogLine) => {
        if (!fits(line)) return;
        waiting.delete(look);
        resolve(line);
      };
      waiting.add(look);
    });
  };
  const exited = once(child, 'close') as Promise<[number | null]>;
  const listening = await Promise.race([
    logged(({ msg }) => msg === 'listening'),
    exited.then(([code]) => {
      throw new Error(`${app} ended with ${code ?? 'a signal'} before it listened: ${stderr}`);
    }),
  ]);
  return {
    child,
    listening,
    log,
    logged,
    async metrics() {
      const { ops_port: port } = listening;
      if (typeof port !== 'number' || child.exitCode !== null || child.signalCode !== null) return '';
      const response = await fetch(`http://127.0.0.1:${port}/metrics`);
      return response.text();
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}
