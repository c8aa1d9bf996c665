import { callsBetween, fullBacklog, perSecond, type Check, type Scenario } from '../scenario.ts';

const pods = 4;

/** Lease, horizon and window pass before a share is spent: 7 s. Then it is for 10 s. */
const spending = { fromMs: 8_500, toMs: 15_000 };

function goesOnWithout(cutEpochMs: number): Check {
  return (observed) => {
    const made = callsBetween(observed, cutEpochMs + spending.fromMs, cutEpochMs + spending.toMs);
    const least = 50;
    return { name: 'calls while all pods are cut off', figure: made, bound: `≥ ${least}`, ok: made >= least };
  };
}

const share: Scenario = {
  name: 'share',
  disturbsNetwork: true,
  limit: { windows: perSecond(20), more: { withoutRedis: 'share', shares: pods, shareFor: '10s' } },
  playMs: 60_000,
  async play({ fleet, feed, mark, wait }, playMs) {
    const started = await fleet.start(pods);
    await feed.keep(fullBacklog(this.limit));
    await wait(4_000);
    const cut = mark('all pods cut off');
    for (const { link } of started) link.cut();
    await wait(20_000);
    mark('mended');
    for (const { link } of started) link.mend();
    await wait(8_000);
    mark('two pods cut off');
    for (const { link } of started.slice(0, 2)) link.cut();
    await wait(16_000);
    mark('mended');
    for (const { link } of started) link.mend();
    await wait(playMs - 48_000);
    return { checks: [goesOnWithout(cut)] };
  },
};

export const shareScenarios: readonly Scenario[] = [share];
