import { perSecond, underLoad } from '../load.ts';
import { neighboursNamespace } from '../neighbours.ts';
import { boundsOf, figuresOf, type Scenario } from '../scenario.ts';

const limits = { crm: 50 };

export const redisGone: Scenario = {
  name: 'redis-gone',
  does: "Redis' pod is deleted under load, with all that it knew, and another comes, twice",
  short: false,
  async play(world) {
    await world.deploy({ limits });
    const { kubectl } = world.kubernetes;
    const outcome = await underLoad(world, {
      name: 'redis',
      events: 2_000,
      dueMs: perSecond(80),
      limits,
      async disturb({ delivered }) {
        for (const events of [300, 900]) {
          await delivered('crm', events);
          await kubectl(['delete', 'pod', '-l', 'app=redis', '-n', neighboursNamespace]);
          await world.neighbours.ready();
        }
      },
    });
    return { bounds: boundsOf(world, outcome, limits), figures: figuresOf(world, outcome, 'crm') };
  },
};
