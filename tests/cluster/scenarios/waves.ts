import { atMost } from '../../conformance/proof.ts';
import { underLoad } from '../load.ts';
import { podSeconds } from '../pod-seconds.ts';
import { boundsOf, courseOf, figuresOf, type Course, type Scenario } from '../scenario.ts';
import { atZero } from './look.ts';

const limits = { crm: 50 };

/** As the chart sets a fleet where nothing is said. */
const autoscaling = { mode: 'useful', pollingIntervalSeconds: 5, cooldownSeconds: 60, scaleDownWindowSeconds: 60 };

const waves = 6;
const batchesInWave = 2;
const everyMs = 20_000;

export const wavesOfEvents: Scenario = {
  name: 'waves',
  does: 'two hundred events come every 20 s: the pods that the first of them need stay until the last',
  short: false,
  async play(world) {
    await world.deploy({ limits, values: { dispatcher: { autoscaling } } });
    await atZero(world, 'crm');
    const outcome = await underLoad(world, {
      name: 'waves',
      events: waves * batchesInWave * 100,
      dueMs: (batch) => Math.floor(batch / batchesInWave) * everyMs,
      limits,
    });
    await atZero(world, 'crm');
    const course = courseOf(world, outcome, 'crm', Date.now());
    return {
      bounds: [
        ...boundsOf(world, outcome, limits),
        atMost('times that pods were taken away between waves', takenAway(course, (waves - 1) * everyMs), 0),
      ],
      figures: {
        ...figuresOf(world, outcome, 'crm'),
        'pods started': started(course),
        'pod-seconds': Math.round(podSeconds(course.desired, course.endedMs)),
      },
      course,
    };
  },
};

function takenAway({ desired }: Course, untilMs: number): number {
  return desired.filter(({ atMs, count }, i) => atMs < untilMs && count < (desired[i - 1]?.count ?? 0)).length;
}

function started({ pods }: Course): number {
  return pods.reduce((sum, { count }, i) => sum + Math.max(0, count - (pods[i - 1]?.count ?? 0)), 0);
}
