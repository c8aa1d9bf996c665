import { atMost } from '../../conformance/proof.ts';
import { perSecond, underLoad } from '../load.ts';
import { boundsOf, says, type Scenario } from '../scenario.ts';
import { toolsIn } from '../tools-in-image.ts';
import { atZero, seconds, slowestStart } from './look.ts';

const limits = { crm: 50 };

/** As KEDA looks where nothing else is said. */
const pollingIntervalSeconds = 5;

export const install: Scenario = {
  name: 'install',
  does: 'helm install into a namespace that takes restricted pods alone, helm test, and one event that meets no pod',
  short: true,
  async play(world) {
    await world.release.uninstall();
    const installMs = performance.now();
    const autoscaling = { mode: 'useful', pollingIntervalSeconds, cooldownSeconds: 5 };
    const installed = await world.deploy({ limits, values: { dispatcher: { autoscaling } } });
    const testMs = performance.now();
    const receiverReady = await slowestStart(world, 'receiver');
    const tested = await world.release.test();
    const testedMs = performance.now();
    const tools = await toolsIn(world, 'receiver');
    await atZero(world, 'crm');
    const outcome = await underLoad(world, { name: 'first', events: 1, dueMs: perSecond(100), limits });
    const dispatcherReady = await slowestStart(world, 'dispatcher');
    const firstMs = (outcome.targets.get('crm')?.arrivalsMs[0] ?? Infinity) - outcome.startedEpochMs;
    return {
      bounds: [
        says('helm install', installed.text, /Event Gateway \S+ is installed as/),
        says('helm test', tested.text, /Succeeded/),
        atMost(`shells and package managers in the image${tools.map((tool) => ` ${tool}`).join('')}`, tools.length, 0),
        atMost('container start to ready, receiver (s)', receiverReady, 2),
        atMost('container start to ready, dispatcher (s)', dispatcherReady, 2),
        atMost('0 pods to first delivery (s)', seconds(firstMs), 15),
        ...boundsOf(world, outcome, limits),
      ],
      figures: {
        'install (s)': seconds(testMs - installMs),
        'test (s)': seconds(testedMs - testMs),
        'first delivery (s)': seconds(firstMs),
        'receiver ready (s)': receiverReady,
        'dispatcher ready (s)': dispatcherReady,
      },
    };
  },
};
