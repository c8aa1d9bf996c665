import { setTimeout as sleep } from 'node:timers/promises';
import { underLoad } from '../load.ts';
import { processesOf } from '../pod-processes.ts';
import { atLeast, boundsOf, figuresOf, type Scenario } from '../scenario.ts';

const limits = { crm: 50 };

/** Long enough that a container is back: Kubernetes waits 10 s before it starts one again for the second time. */
const betweenMs = 2_000;

export const killed: Scenario = {
  name: 'killed',
  does: 'dispatchers and receivers are killed under load, without a word',
  short: true,
  async play(world, size) {
    const { fleet, kubernetes, signal } = world;
    await world.deploy({ limits, values: { receiver: { replicas: 2 } } });
    const victims = size === 'whole' ? { dispatcher: 6, receiver: 2 } : { dispatcher: 3, receiver: 1 };
    let kills = 0;
    const outcome = await underLoad(world, {
      name: 'killed',
      events: size === 'whole' ? 2_500 : 1_200,
      perSecond: 70,
      limits,
      async disturb({ delivered }) {
        await delivered('crm', 200);
        for (const [component, count] of Object.entries(victims)) {
          for (const { uid } of fleet
            .alive(component, component === 'dispatcher' ? 'crm' : undefined)
            .slice(0, count)) {
            (await processesOf(uid, kubernetes)).signal('SIGKILL');
            kills++;
            await sleep(betweenMs, undefined, { signal });
          }
        }
      },
    });
    return {
      bounds: [...boundsOf(world, outcome, limits), atLeast('kills', kills, 4)],
      figures: { ...figuresOf(world, outcome, 'crm'), kills },
    };
  },
};
