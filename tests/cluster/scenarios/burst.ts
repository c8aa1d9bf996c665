import { atLeast, atMost } from '../../conformance/proof.ts';
import { perSecond, underLoad, type Load } from '../load.ts';
import { plainReplicas, podSeconds } from '../pod-seconds.ts';
import { usefulPods } from '../release.ts';
import { boundsOf, courseOf, figuresOf, mostOf, since, type Scenario } from '../scenario.ts';
import { atZero, peakMiB, seconds } from './look.ts';

const limits = { crm: 50 };

/** As k8s/values.yaml sets the fleet of a local cluster; plain KEDA is given the same times. */
const autoscaling = { mode: 'useful', pollingIntervalSeconds: 2, cooldownSeconds: 15, scaleDownWindowSeconds: 15 };
const plain = { messagesPerPod: 5, maxPods: 100, cooldownMs: 15_000, scaleDownWindowMs: 15_000, everyMs: 2_000 };

export const burst: Scenario = {
  name: 'burst',
  does: 'a burst meets no pod: as many come as can use the limit, and all go',
  short: true,
  async play(world, size) {
    await world.deploy({ limits, values: { dispatcher: { autoscaling } } });
    await atZero(world, 'crm');
    const events = size === 'whole' ? 6_000 : 1_500;
    let dispatcherMiB = 0;
    const disturb = async ({ delivered }: Load) => {
      await delivered('crm', events * 0.9);
      dispatcherMiB = await peakMiB(world, 'dispatcher');
    };
    const outcome = await underLoad(world, { name: 'burst', events, dueMs: perSecond(events), limits, disturb });
    const receiverMiB = await peakMiB(world, 'receiver');
    await atZero(world, 'crm');
    const course = courseOf(world, outcome, 'crm', Date.now());
    const ours = podSeconds(course.desired, course.endedMs);
    // It would have drained the queue no sooner: the limit is the same. Its last pods end by the same rule.
    const keda = (paced: boolean) =>
      podSeconds(plainReplicas(course.depth, course.endedMs, { ...plain, paced }), course.endedMs);
    const arrivalsMs = outcome.targets.get('crm')?.arrivalsMs ?? [];
    const useful = usefulPods(limits.crm);
    return {
      bounds: [
        ...boundsOf(world, outcome, limits),
        atLeast('pods at the most', mostOf(since(world.fleet.counts('crm'), outcome.startedEpochMs)), useful),
        atMost('pod-seconds ÷ those of plain KEDA', ours / keda(false), 0.3),
      ],
      figures: {
        ...figuresOf(world, outcome, 'crm'),
        'first delivery (s)': seconds((arrivalsMs[0] ?? Infinity) - outcome.startedEpochMs),
        'drained after (s)': seconds((arrivalsMs.at(-1) ?? Infinity) - outcome.startedEpochMs),
        'receiver (MiB)': receiverMiB,
        'dispatcher (MiB)': dispatcherMiB,
        'pod-seconds': Math.round(ours),
        'of plain KEDA': Math.round(keda(false)),
        'of plain KEDA, paced': Math.round(keda(true)),
      },
      course,
    };
  },
};
