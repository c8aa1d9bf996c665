import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { whenAborted } from '../../apps/shared/lifecycle.ts';

const started: ReturnType<typeof spawn>[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A program as the images start it, told to end when it says that it is there. */
async function endWhenUp(script: string): Promise<{ code: number | null; signal: string | null; said: string }> {
  const args = ['--import', './apps/shared/early-end.ts', '--input-type=module', '--eval', script];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said === 'up\n') child.kill('SIGTERM');
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, said };
}

const up = "process.stdout.write('up\\n');";

describe('a wait for the end', () => {
  it('is over at once where the end came before', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    void whenAborted(AbortSignal.abort()).then(() => resolve('over'));
    setTimeout(() => resolve('still waiting'), 100);
    await expect(promise).resolves.toBe('over');
  });
});

describe('SIGTERM', () => {
  it('ends a program that is still loading, as nothing is begun yet', async () => {
    const ended = await endWhenUp(`${up} setInterval(() => undefined, 1000);`);
    expect(ended).toEqual({ code: 0, signal: null, said: 'up\n' });
  });

  it('is not lost where it comes while modules load, and is heard when the program listens', async () => {
    const loads = `
      import { untilSignal } from './apps/shared/lifecycle.ts';
      ${up}
      const untilMs = Date.now() + 300;
      while (Date.now() < untilMs);
      const alive = setInterval(() => undefined, 1000);
      untilSignal(process).addEventListener('abort', ({ target }) => {
        clearInterval(alive);
        process.stdout.write(String(target.reason));
      });`;
    expect(await endWhenUp(loads)).toEqual({ code: 0, signal: null, said: 'up\nSIGTERM' });
  });

  it('is left to the program as soon as it listens', async () => {
    const listens = `
      import { untilSignal } from './apps/shared/lifecycle.ts';
      const alive = setInterval(() => undefined, 1000);
      untilSignal(process).addEventListener('abort', ({ target }) => {
        setTimeout(() => { clearInterval(alive); process.stdout.write(String(target.reason)); process.exitCode = 3; }, 50);
      });
      ${up}`;
    expect(await endWhenUp(listens)).toEqual({ code: 3, signal: null, said: 'up\nSIGTERM' });
  });
});
