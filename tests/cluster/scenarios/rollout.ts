import { atMost } from '../../conformance/proof.ts';
import { perSecond, underLoad } from '../load.ts';
import { releaseName, releaseNamespace } from '../release.ts';
import { boundsOf, figuresOf, type Scenario } from '../scenario.ts';

const limits = { crm: 50 };

export const rollout: Scenario = {
  name: 'rollout',
  does: 'all pods of both apps are replaced under load',
  short: true,
  async play(world, size) {
    await world.deploy({ limits, values: { receiver: { replicas: 2 } } });
    const { kubectl } = world.kubernetes;
    const outcome = await underLoad(world, {
      name: 'rollout',
      events: size === 'whole' ? 2_500 : 1_200,
      dueMs: perSecond(size === 'whole' ? 70 : 60),
      limits,
      async disturb({ delivered }) {
        await delivered('crm', 200);
        for (const app of ['receiver', 'crm']) {
          const deployment = `deployment/${releaseName}-${app}`;
          await kubectl(['rollout', 'restart', deployment, '-n', releaseNamespace]);
          await kubectl(['rollout', 'status', deployment, '-n', releaseNamespace, '--timeout=120s']);
        }
      },
    });
    const twice = outcome.targets.get('crm')?.tally.callsTwice ?? 0;
    return {
      bounds: [...boundsOf(world, outcome, limits), atMost('calls twice', twice, 0)],
      figures: figuresOf(world, outcome, 'crm'),
    };
  },
};
