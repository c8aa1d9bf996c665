import { atMost } from '../../conformance/proof.ts';
import { eventually } from '../kubernetes.ts';
import { perSecond, underLoad } from '../load.ts';
import { releaseNamespace } from '../release.ts';
import { boundsOf, figuresOf, type Scenario } from '../scenario.ts';
import type { Pod } from '../watch-fleet.ts';
import { atZero, seconds } from './look.ts';

const limits = { crm: 50 };
const victims = 10;
const withinMs = 60_000;

/** Far less than its grace of 30 s, after which it would be killed. */
const goneWithinSeconds = 15;

export const young: Scenario = {
  name: 'young',
  does: 'dispatchers are told to end while they start, under load: a SIGTERM must not be lost while modules load',
  short: true,
  async play(world) {
    const { fleet, kubernetes, signal } = world;
    await world.deploy({ limits });
    await atZero(world, 'crm');
    const tookMs: number[] = [];
    const told = new Set<string>();
    const isYoung = (pod: Pod) =>
      pod.component === 'dispatcher' && pod.isAlive && pod.startedEpochMs !== undefined && !pod.isReady;
    const end = async ({ name, uid }: Pod) => {
      const toldMs = performance.now();
      await kubernetes.kubectl(['delete', 'pod', name, '-n', releaseNamespace, '--wait=false']);
      const isGone = () => fleet.pods().some((pod) => pod.uid === uid && pod.isGone);
      await eventually(`${name} gone`, withinMs, isGone, signal);
      tookMs.push(performance.now() - toldMs);
    };
    const outcome = await underLoad(world, {
      name: 'young',
      events: 1_500,
      dueMs: perSecond(300),
      limits,
      async disturb() {
        const ends: Promise<void>[] = [];
        while (told.size < victims) {
          const look = () => fleet.pods().find((pod) => isYoung(pod) && !told.has(pod.uid));
          const pod = await eventually('a dispatcher that starts', withinMs, look, signal);
          told.add(pod.uid);
          ends.push(end(pod));
        }
        await Promise.all(ends);
      },
    });
    const twice = outcome.targets.get('crm')?.tally.callsTwice ?? 0;
    const slowest = seconds(Math.max(...tookMs));
    return {
      bounds: [
        ...boundsOf(world, outcome, limits),
        atMost('calls twice', twice, 0),
        atMost('told to end until gone (s)', slowest, goneWithinSeconds),
      ],
      figures: { ...figuresOf(world, outcome, 'crm'), 'told to end': told.size, 'slowest to end (s)': slowest },
    };
  },
};
