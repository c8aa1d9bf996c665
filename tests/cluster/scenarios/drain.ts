import { setTimeout as sleep } from 'node:timers/promises';
import { atLeast, atMost } from '../../conformance/proof.ts';
import { eventually } from '../kubernetes.ts';
import { perSecond, underLoad } from '../load.ts';
import { releaseNamespace } from '../release.ts';
import { boundsOf, figuresOf, type Scenario } from '../scenario.ts';
import type { Pod } from '../watch-fleet.ts';

const limits = { crm: 50 };

/** As kubectl drain waits for a budget. */
const askAgainMs = 1_000;
const withinMs = 90_000;

export const drain: Scenario = {
  name: 'drain',
  does: 'all pods are evicted under load, as a node is drained, within their disruption budgets',
  short: false,
  async play(world) {
    const { fleet, kubernetes, signal } = world;
    const podDisruptionBudget = { enabled: true };
    const values = { receiver: { replicas: 2, podDisruptionBudget }, dispatcher: { podDisruptionBudget } };
    await world.deploy({ limits, values });
    let evicted = 0;
    let refused = 0;
    let fewestReceivers = Infinity;
    const evict = async ({ name, uid }: Pod) => {
      const path = `/api/v1/namespaces/${releaseNamespace}/pods/${name}/eviction`;
      const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: releaseNamespace } };
      await eventually(
        `${name} evicted`,
        withinMs,
        async () => {
          fewestReceivers = Math.min(fewestReceivers, fleet.alive('receiver').filter(({ isReady }) => isReady).length);
          if (!fleet.pods().some((pod) => pod.uid === uid && pod.isAlive)) return true;
          const { status, text } = await kubernetes.post(path, eviction);
          if (status === 201) evicted++;
          else if (status === 429) refused++;
          else throw new Error(`The eviction of ${name} was answered with ${status}: ${text}`);
          await sleep(askAgainMs, undefined, { signal });
          return status === 201 ? true : undefined;
        },
        signal,
      );
    };
    const outcome = await underLoad(world, {
      name: 'drain',
      events: 2_500,
      dueMs: perSecond(80),
      limits,
      async disturb({ delivered }) {
        await delivered('crm', 300);
        const pods = fleet.pods().filter(({ isAlive }) => isAlive);
        await Promise.all(pods.map(evict));
      },
    });
    const twice = outcome.targets.get('crm')?.tally.callsTwice ?? 0;
    return {
      bounds: [
        ...boundsOf(world, outcome, limits),
        atMost('calls twice', twice, 0),
        atLeast('receivers that were ready', fewestReceivers, 1),
      ],
      figures: { ...figuresOf(world, outcome, 'crm'), 'pods evicted': evicted, 'told to wait': refused },
    };
  },
};
