import { atMost } from '../../conformance/proof.ts';
import { eventually } from '../kubernetes.ts';
import { releaseName, releaseNamespace } from '../release.ts';
import { type Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

const limits = { crm: 50 };

/** Ending pods take their grace. */
const goneWithinMs = 60_000;

const kinds = [
  'deployments',
  'replicasets',
  'pods',
  'services',
  'configmaps',
  'secrets',
  'serviceaccounts',
  'horizontalpodautoscalers',
  'poddisruptionbudgets',
  'networkpolicies',
  'scaledobjects.keda.sh',
  'triggerauthentications.keda.sh',
];

export const uninstall: Scenario = {
  name: 'uninstall',
  does: 'helm uninstall leaves nothing in the namespace but what was there before',
  short: true,
  async play(world) {
    await world.release.uninstall();
    const before = await objects(world);
    const values = { networkPolicy: { enabled: true }, dispatcher: { podDisruptionBudget: { enabled: true } } };
    await world.deploy({ limits, values });
    const installed = (await objects(world)).length - before.length;
    const startedMs = performance.now();
    await world.release.uninstall();
    let left: readonly string[] = [];
    const look = async () => {
      left = (await objects(world)).filter((name) => !before.includes(name));
      return left.length === 0;
    };
    await eventually('nothing left', goneWithinMs, look, world.signal).catch(() => undefined);
    return {
      bounds: [atMost(`left behind${left.length === 0 ? '' : ` (${left.join(', ')})`}`, left.length, 0)],
      figures: {
        'objects installed': installed,
        'gone after (s)': Math.round((performance.now() - startedMs) / 1_000),
      },
    };
  },
};

/** Without what Kubernetes puts into each namespace by itself. */
async function objects({ kubernetes }: World): Promise<readonly string[]> {
  const names = await kubernetes.kubectl(['get', kinds.join(','), '-n', releaseNamespace, '-o', 'name']);
  return names.split('\n').filter((name) => name.includes(releaseName) || name.includes('keda-hpa'));
}
