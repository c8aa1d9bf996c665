import type { Section } from '../figure.ts';
import { measureBatching } from '../receiver/batching.ts';
import { measureCost } from '../receiver/cost.ts';
import { measureLatency } from '../receiver/latency.ts';
import { measureMemory } from '../receiver/memory.ts';
import { measureOverload } from '../receiver/overload.ts';
import { peers, startOurs, startPeer, type Server } from '../receiver/servers.ts';
import { onStage } from '../stage.ts';

/** What it costs to acknowledge an event once SQS has it, and how it does under more than SQS takes. */
export const receiver: Section = (bench) =>
  onStage(bench.signal, async (stage) => {
    await stage.standIn.set({ mode: 'sink' });
    const ours = await startOurs(stage);
    const others: Server[] = [];
    for (const name of peers) others.push(await startPeer(stage, name));
    const { figures, capacityOf } = await measureCost(bench, stage, ours, others);
    for (const other of others) await other.stop();
    const batching = await measureBatching(bench, stage, ours);
    const latency = await measureLatency(bench, stage, ours);
    const overload = await measureOverload(bench, stage, ours);
    await ours.stop();
    bench.say('memory');
    const memory = await measureMemory(bench, stage, (name) => capacityOf(name === 'ours' ? ours.name : name));
    return [...figures, batching, latency, ...overload, memory];
  });
