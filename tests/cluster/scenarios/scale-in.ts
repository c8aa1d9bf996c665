import { atMost } from '../../conformance/proof.ts';
import { eventually } from '../kubernetes.ts';
import { perSecond, underLoad } from '../load.ts';
import { releaseName, releaseNamespace } from '../release.ts';
import { boundsOf, figuresOf, type Scenario } from '../scenario.ts';

const limits = { crm: 50 };
const fewer = 2;
const withinMs = 60_000;

export const scaleIn: Scenario = {
  name: 'scale-in',
  does: 'eight dispatchers become two under load, and eight again, twice',
  short: false,
  async play(world) {
    const { fleet, kubernetes, signal } = world;
    await world.deploy({ limits });
    const annotate = (value: string) =>
      kubernetes.kubectl([
        ...['annotate', 'scaledobject', `${releaseName}-crm`, '-n', releaseNamespace, '--overwrite'],
        `autoscaling.keda.sh/paused-replicas${value}`,
      ]);
    const becomes = (what: string, isSo: (pods: number) => boolean) =>
      eventually(what, withinMs, () => isSo(fleet.alive('dispatcher', 'crm').length), signal);
    let scaledIn = 0;
    const outcome = await underLoad(world, {
      name: 'scale-in',
      events: 2_500,
      dueMs: perSecond(200),
      limits,
      async disturb({ delivered }) {
        for (const events of [300, 1_100]) {
          await delivered('crm', events);
          await becomes('more dispatchers', (pods) => pods > fewer);
          scaledIn += fleet.alive('dispatcher', 'crm').length - fewer;
          await annotate(`=${fewer}`);
          await becomes('fewer dispatchers', (pods) => pods === fewer);
          await annotate('-');
        }
      },
    });
    const twice = outcome.targets.get('crm')?.tally.callsTwice ?? 0;
    return {
      bounds: [...boundsOf(world, outcome, limits), atMost('calls twice', twice, 0)],
      figures: { ...figuresOf(world, outcome, 'crm'), 'pods told to end': scaledIn },
    };
  },
};
