import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atMost } from '../../conformance/proof.ts';
import { judge } from '../../conformance/judge.ts';
import { perSecond, underLoad } from '../load.ts';
import { chart, releaseName, releaseNamespace } from '../release.ts';
import { boundsOf, figuresOf, says, type Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

const before = { crm: 50 };
const after = { crm: 20 };

/** From the end of the last old pod until the new limit holds alone: horizon and window, of a second each. */
const settledMs = 2_000;

/** Long enough to see the new limit at work. */
const heldForMs = 8_000;

export const newLimit: Scenario = {
  name: 'new-limit',
  does: 'the chart is upgraded under load, from an earlier version, with another configuration and limit, and back',
  short: true,
  async play(world, size) {
    const values = { gateway: { enrich: { brand: 'anotherBrand' } }, receiver: { replicas: 2 } };
    await world.release.uninstall();
    await world.deploy({ limits: before, chart: await earlierChart(world) });
    const held = { fromMs: 0, toMs: 0 };
    const outcome = await underLoad(world, {
      name: 'upgrade',
      events: size === 'whole' ? 2_500 : 1_200,
      dueMs: perSecond(100),
      limits: before,
      async disturb({ delivered }) {
        await delivered('crm', 300);
        await upgrade(world, { limits: after, values });
        await sleep(settledMs, undefined, { signal: world.signal });
        held.fromMs = Date.now();
        await sleep(heldForMs, undefined, { signal: world.signal });
        held.toMs = Date.now();
        await upgrade(world, { limits: before, values });
      },
    });
    const { arrivalsMs = [], tally } = outcome.targets.get('crm') ?? {};
    const within = arrivalsMs.filter((ms) => ms >= held.fromMs && ms < held.toMs).map((ms) => ms - held.fromMs);
    const judged = judge(within, [{ calls: after.crm, perMs: 1_000 }]);
    const history = await world.kubernetes.run('helm', ['history', releaseName, '--namespace', releaseNamespace]);
    return {
      bounds: [
        ...boundsOf(world, outcome, before),
        says('helm history', history.text, /event-gateway-0\.0\.1[\s\S]*event-gateway-0\.1\.0/),
        atMost('worst window ÷ the new limit, once it holds', judged.ratio, 1),
        atMost('calls twice', tally?.callsTwice ?? Infinity, 0),
      ],
      figures: {
        ...figuresOf(world, outcome, 'crm'),
        'worst at the new limit': `${judged.worst.calls}/${after.crm}`,
        'used of it': Number((judged.utilisation ?? 0).toFixed(3)),
      },
    };
  },
};

async function upgrade(world: World, settings: Parameters<World['deploy']>[0]): Promise<void> {
  await world.deploy(settings);
  const deployment = `deployment/${releaseName}-crm`;
  await world.kubernetes.kubectl(['rollout', 'status', deployment, '-n', releaseNamespace, '--timeout=120s']);
}

/** This chart under an earlier version, as long as there is no earlier release: all that carries the version changes. */
async function earlierChart({ folder }: World): Promise<string> {
  const earlier = join(folder, 'event-gateway');
  await cp(chart, earlier, { recursive: true });
  const file = join(earlier, 'Chart.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    text.replace(/^version: .*$/m, 'version: 0.0.1').replace(/^appVersion: .*$/m, 'appVersion: 0.0.1'),
  );
  return earlier;
}
