import { setTimeout as sleep } from 'node:timers/promises';
import { atLeast } from '../../conformance/proof.ts';
import { eventually } from '../kubernetes.ts';
import { perSecond, underLoad } from '../load.ts';
import { processesOf } from '../pod-processes.ts';
import { boundsOf, figuresOf, type Scenario } from '../scenario.ts';
import type { Pod } from '../watch-fleet.ts';

const limits = { crm: 50 };
const victimWithinMs = 30_000;
const betweenMs = 2_000;

export const killed: Scenario = {
  name: 'killed',
  does: 'dispatchers and receivers are killed under load, without a word',
  short: true,
  async play(world, size) {
    const { fleet, kubernetes, signal } = world;
    await world.deploy({ limits, values: { receiver: { replicas: 2 } } });
    const victims = size === 'whole' ? { dispatcher: 6, receiver: 2 } : { dispatcher: 3, receiver: 1 };
    const dead = new Set<string>();
    /** Each time another one: Kubernetes lets a container that ends again and again wait. */
    const kill = async (component: string) => {
      const isVictim = (pod: Pod) => pod.isReady && pod.component === component && !dead.has(pod.uid);
      const look = () => fleet.pods().find(isVictim);
      const { uid } = await eventually(`a ${component} to kill`, victimWithinMs, look, signal);
      dead.add(uid);
      (await processesOf(uid, kubernetes)).signal('SIGKILL');
    };
    const outcome = await underLoad(world, {
      name: 'killed',
      events: size === 'whole' ? 2_500 : 1_200,
      dueMs: perSecond(70),
      limits,
      async disturb({ delivered }) {
        await delivered('crm', 200);
        for (const [component, count] of Object.entries(victims))
          for (let i = 0; i < count; i++) {
            await kill(component);
            await sleep(betweenMs, undefined, { signal });
          }
      },
    });
    return {
      bounds: [...boundsOf(world, outcome, limits), atLeast('kills', dead.size, victims.dispatcher + victims.receiver)],
      figures: { ...figuresOf(world, outcome, 'crm'), kills: dead.size },
    };
  },
};
