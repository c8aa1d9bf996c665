import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program that ended well, or not; `text` is both of its outputs as they came. */
export interface Said {
  readonly ok: boolean;
  readonly stdout: string;
  readonly text: string;
}

/** Runs a program without a shell. One that fails, or is not there, is an answer as well. */
export type Run = (command: string, args: readonly string[]) => Promise<Said>;

/** Whatever hangs would hold the environment's lock: the longest is `helm upgrade --wait`, whose own time is 10 minutes. */
const withinMs = 900_000;

/** What it says goes to the log while it works, too. */
export const runProgram: Run = async (command, args) => {
  console.error(`$ ${[command, ...args].join(' ')}`);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: withinMs });
  let stdout = '';
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    text += chunk.toString();
    process.stderr.write(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    process.stderr.write(chunk);
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { ok: code === 0, stdout, text };
  } catch (error) {
    return { ok: false, stdout, text: error instanceof Error ? error.message : String(error) };
  }
};
