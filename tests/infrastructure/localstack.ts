import { spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../conformance/redis-server.ts';
import { repository } from '../conformance/tree.ts';
import { done, say } from './terraform.ts';

/** The last release that needs no account. */
export const image = 'localstack/localstack:4.14.0';

export interface LocalStack {
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

/** It starts in 5 s on two cores. */
const readyWithinMs = 90_000;

/** What is missing, in a sentence, or undefined. */
export async function missing(signal: AbortSignal): Promise<string | undefined> {
  try {
    const { ok, text } = await say('docker', ['image', 'inspect', image], { cwd: repository, signal });
    return ok ? undefined : `docker has no ${image}: ${text.trim().split('\n').at(-1) ?? ''}`;
  } catch {
    return 'There is no docker.';
  }
}

/** A LocalStack of its own, at a port of this machine alone. */
export async function startLocalStack(signal: AbortSignal): Promise<LocalStack> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  // In the network of the machine, so that nothing needs to be forwarded; an engine may have no right to.
  const args = ['run', '--detach', '--rm', '--network', 'host', '--env', `GATEWAY_LISTEN=127.0.0.1:${port}`, image];
  const id = (await done('docker', args, { cwd: repository, signal })).trim();
  const remove = () => void spawnSync('docker', ['rm', '--force', id]);
  // However this program ends, it does not stay.
  process.once('exit', remove);
  const stop = () => {
    process.off('exit', remove);
    remove();
    return Promise.resolve();
  };
  const deadlineMs = performance.now() + readyWithinMs;
  for (;;) {
    const isReady = await fetch(`${endpoint}/_localstack/health`, { signal }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return { endpoint, stop };
    if (performance.now() > deadlineMs) {
      await stop();
      throw new Error(`LocalStack was not up in ${readyWithinMs} ms`);
    }
    await wait(200, undefined, { signal });
  }
}
