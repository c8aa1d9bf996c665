import { atLeast } from '../../conformance/proof.ts';
import { eventually } from '../kubernetes.ts';
import { perSecond, underLoad } from '../load.ts';
import { releaseNamespace } from '../release.ts';
import type { Pod } from '../watch-fleet.ts';
import { boundsOf, figuresOf, type Scenario } from '../scenario.ts';

const limits = { crm: 50 };
/** 128 and SIGKILL. */
const killedBySignal = 137;
const withinMs = 60_000;

/** Fills its memory, page by page, when it is told to. */
const hungry = "process.on('SIGUSR2',()=>{const all=[];for(;;)all.push(Buffer.alloc(2**20,1))})";

export const outOfMemory: Scenario = {
  name: 'out-of-memory',
  does: 'dispatchers need more memory than they may have under load, and the kernel ends them',
  short: false,
  async play(world) {
    const { fleet, kubernetes, signal } = world;
    const extraEnv = [{ name: 'NODE_OPTIONS', value: `--import=data:text/javascript,${encodeURIComponent(hungry)}` }];
    await world.deploy({ limits, values: { dispatcher: { extraEnv } } });
    // Known as soon as a pod is back: the autoscaler may end it later.
    const ends: (Pod['lastEnd'] | undefined)[] = [];
    const outcome = await underLoad(world, {
      name: 'oom',
      events: 1_500,
      dueMs: perSecond(80),
      limits,
      async disturb({ delivered }) {
        await delivered('crm', 200);
        for (const { name, uid } of fleet.alive('dispatcher', 'crm').slice(0, 3)) {
          const tell = ['/nodejs/bin/node', '-e', "process.kill(1,'SIGUSR2')"];
          await kubernetes.kubectl(['exec', name, '-n', releaseNamespace, '--', ...tell]);
          const isBack = () => fleet.pods().some((pod) => pod.uid === uid && pod.restarts > 0 && pod.isReady);
          await eventually(`${name} back`, withinMs, isBack, signal);
          ends.push(fleet.pods().find((pod) => pod.uid === uid)?.lastEnd);
        }
      },
    });
    // Whether the runtime hears in time why the kernel killed is a matter of luck; nobody else kills here.
    const killed = ends.filter((end) => end?.exitCode === killedBySignal).length;
    const said = ends.filter((end) => end?.reason === 'OOMKilled').length;
    return {
      bounds: [
        ...boundsOf(world, outcome, limits),
        atLeast('pods that the kernel ended', killed, 3),
        atLeast('of these OOMKilled', said, 1),
      ],
      figures: { ...figuresOf(world, outcome, 'crm'), 'ended by the kernel': killed, OOMKilled: said },
    };
  },
};
