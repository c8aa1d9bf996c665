import { once } from 'node:events';
import { join } from 'node:path';
import { repository } from '../../tests/conformance/tree.ts';
import type { Memory } from '../../tests/hostile/watched-app.ts';
import type { Program } from './start-pinned.ts';

/** Asks one app for what it holds after a collection; the app itself knows nothing of it. */
export interface MemoryWatch {
  /** Node is started with. */
  readonly nodeArgs: readonly string[];
  /** Is to hear its stderr. */
  readonly complained: (line: string) => void;
  readonly ask: (program: Pick<Program, 'signal'>, signal: AbortSignal) => Promise<Memory>;
}

const preload = join(repository, 'tests/hostile/preload/memory.ts');

/** Collections of a process that holds much take a while. */
const withinMs = 15_000;

export function createMemoryWatch(): MemoryWatch {
  const measured = new EventTarget();
  return {
    nodeArgs: ['--expose-gc', '--import', preload],
    complained(line) {
      if (!line.startsWith('{"msg":"memory"')) return;
      measured.dispatchEvent(new CustomEvent('memory', { detail: JSON.parse(line) as Memory }));
    },
    async ask(program, signal) {
      const within = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
      const told = once(measured, 'memory', { signal: within }) as Promise<[CustomEvent<Memory>]>;
      program.signal('SIGUSR2');
      const [{ detail }] = await told;
      return detail;
    },
  };
}
