import { setTimeout as sleep } from 'node:timers/promises';
import { perSecond, underLoad } from '../load.ts';
import type { PodProcesses } from '../pod-processes.ts';
import { boundsOf, figuresOf, type Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

const limits = { crm: 50 };
const sqsPort = 4566;

/** Longer than any request to SQS is waited for. */
const goneMs = 12_000;

/** Its queues live in memory, so it is never killed. */
function queueGone(name: string, does: string, disturbances: Record<'begin' | 'end', Disturb>): Scenario {
  return {
    name,
    does,
    short: false,
    async play(world) {
      await world.deploy({ limits });
      const queue = await world.processesOfNeighbour('localstack');
      const outcome = await underLoad(world, {
        name,
        events: 1_500,
        dueMs: perSecond(60),
        limits,
        async disturb({ delivered }) {
          for (const events of [200, 700]) {
            await delivered('crm', events);
            await disturbances.begin(queue);
            try {
              await pause(world);
            } finally {
              await disturbances.end(queue);
            }
          }
        },
      });
      return { bounds: boundsOf(world, outcome, limits), figures: figuresOf(world, outcome, 'crm') };
    },
  };
}

type Disturb = (queue: PodProcesses) => void | Promise<void>;

const pause = ({ signal }: World) => sleep(goneMs, undefined, { signal });

export const queueFrozen = queueGone('queue-frozen', "the queue's processes stand still for 12 s under load, twice", {
  begin: ({ signal }) => signal('SIGSTOP'),
  end: ({ signal }) => signal('SIGCONT'),
});

export const queueCut = queueGone('queue-cut', 'the way to the queue is cut for 12 s under load, twice', {
  begin: ({ cut }) => cut(sqsPort),
  end: ({ mend }) => mend(sqsPort),
});
