import type { Pod } from './pods.ts';
import type { Edge } from './row.ts';
import type { World } from './world.ts';

export function between(world: Pick<World, 'random'>, least: number, most: number): number {
  return least + world.random() * (most - least);
}

export function oneOf<T>(world: Pick<World, 'random'>, all: readonly T[]): T {
  const chosen = all[Math.floor(world.random() * all.length)];
  if (chosen === undefined) throw new Error('There is nothing to choose from');
  return chosen;
}

/** Kills one of the pods, and starts another in its place. */
export async function killPod(world: World): Promise<void> {
  const { pods, killedEpochMs } = world;
  const pod = oneOf(world, pods.all);
  killedEpochMs.push(Date.now());
  await Promise.all([pods.kill(pod), pods.start(1)]);
}

/** Stops one of the pods, and starts another in its place. */
export async function stopPod(world: World): Promise<void> {
  const { pods } = world;
  await Promise.all([pods.stop(oneOf(world, pods.all)), pods.start(1)]);
}

export async function freezePod(world: World, forMs: number): Promise<void> {
  const pod: Pod = oneOf(world, world.pods.all);
  pod.process.signal('SIGSTOP');
  try {
    await world.wait(forMs);
  } finally {
    pod.process.signal('SIGCONT');
  }
}

export async function killReceiver({ receiver }: World): Promise<void> {
  await receiver.kill();
  await receiver.start();
}

/** Disturbs an edge for a while, then lets things run for as long. */
export async function hurt(world: World, edge: Edge, how: 'cut' | 'freeze' | 'loseReplies', forMs: number) {
  const link = world.link(edge);
  link[how]();
  await world.wait(forMs);
  link.mend();
  await world.wait(forMs);
}
