import { atLeast } from '../../conformance/proof.ts';
import { perSecond, underLoad } from '../load.ts';
import { boundsOf, figuresOf, type Scenario } from '../scenario.ts';
import { seconds } from './look.ts';

const limits = { crm: 20, billing: 20 };
const graphqlPort = 4000;

export const twoTargets: Scenario = {
  name: 'two-targets',
  does: 'each event is for two targets, and one of them does not answer until the other has had all',
  short: false,
  async play(world) {
    await world.deploy({ limits });
    const billing = await world.processesOfNeighbour('billing');
    const events = 500;
    let billingPods = 0;
    await billing.cut(graphqlPort);
    let isCut = true;
    const mend = async () => {
      if (isCut) await billing.mend(graphqlPort);
      isCut = false;
    };
    try {
      const outcome = await underLoad(world, {
        name: 'two',
        events,
        dueMs: perSecond(50),
        limits,
        async disturb({ delivered }) {
          await delivered('crm', events);
          billingPods = world.fleet.alive('dispatcher', 'billing').length;
          await mend();
        },
      });
      const crm = outcome.targets.get('crm');
      const arrivalsMs = crm?.arrivalsMs ?? [];
      return {
        bounds: [
          ...boundsOf(world, outcome, limits),
          atLeast('crm: used, while billing is down', crm?.judgement.utilisation ?? 0, 0.9),
        ],
        figures: {
          ...figuresOf(world, outcome, 'crm'),
          'crm had all after (s)': seconds((arrivalsMs.at(-1) ?? Infinity) - outcome.startedEpochMs),
          'dispatchers of billing then': billingPods,
          'billing, calls twice': outcome.targets.get('billing')?.tally.callsTwice ?? 0,
        },
      };
    } finally {
      await mend();
    }
  },
};
