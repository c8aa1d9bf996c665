import { join } from 'node:path';
import { repository } from '../../tests/conformance/tree.ts';
import type { Arrivals, LoadResult } from '../load/plan.ts';
import { runLoad } from '../load/start.ts';
import { writeGateway } from '../receiver/gateway.ts';
import { receiverFlags } from '../receiver/servers.ts';
import { onStage, type Stage } from '../stage.ts';
import { awsEnvironment } from '../stand-in/start.ts';
import type { Counts } from '../stand-in/server.ts';
import { createMemoryWatch, type MemoryWatch } from '../trip/memory-watch.ts';
import { startPinned, type Program } from '../trip/start-pinned.ts';
import type { LongPlan, LongRun } from './long-run.ts';

/** Enough that the receiver is never idle. */
const connections = 128;

/** A piece of the load is no longer than this, so that its end is not missed by much, and no shorter than that. */
const pieceMs = { least: 500, most: 20_000 };

/** The pace still grows: a piece that was to bring all of the rest would bring more. */
const mostOfIt = 0.75;

/** What the first piece takes, before the pace is known. */
const firstPieceMs = 1_000;

/** Until what was answered is all that the receiver had in hand. */
const settleMs = 1_500;

export interface Receiver {
  readonly program: Program;
  /** Sends events of so many bytes, each with an id of its own. */
  readonly load: (arrivals: Arrivals, bytes: number, warmUpMs: number, windowMs: number) => Promise<LoadResult>;
  /** What it sent to SQS by now. */
  readonly sent: () => Promise<{ readonly requests: number; readonly events: number }>;
}

/** A receiver whose queue forgets what it is sent, ended with the stage. */
export function withReceiver<T>(
  ended: AbortSignal,
  play: (receiver: Receiver, stage: Stage) => Promise<T>,
  watch?: MemoryWatch,
): Promise<T> {
  return onStage(ended, async (stage) => {
    const { standIn, redis, signal } = stage;
    await standIn.set({ mode: 'sink' });
    const { configPath, key } = await writeGateway(stage);
    let stop: () => Promise<unknown> = () => Promise.resolve();
    try {
      const program = await startPinned(
        { ...stage, onClose: (each) => void (stop = each) },
        {
          name: 'the receiver',
          args: [...(watch?.nodeArgs ?? []), ...receiverFlags, join(repository, 'apps/receiver/main.ts')],
          env: {
            ...awsEnvironment(standIn.endpoint),
            NODE_ENV: 'production',
            EGW_CONFIG: configPath,
            REDIS_URL: redis.url,
            HOST: '127.0.0.1',
            PORT: '0',
            OPS_PORT: '0',
          },
          ...(watch === undefined ? {} : { complained: watch.complained }),
        },
      );
      const headers = { 'content-type': 'application/cloudevents+json', authorization: `Bearer ${key}` };
      const common = { port: Number(program.ready['port']), path: '/events', headers, watch: [program.pid] };
      const receiver: Receiver = {
        program,
        load: (arrivals, bytes, warmUpMs, windowMs) =>
          runLoad({ ...common, body: bodyOf(bytes), arrivals, warmUpMs, windowMs }, { signal }),
        sent: async () => sendsOf(await standIn.counts()),
      };
      return await play(receiver, stage);
    } finally {
      await stop();
    }
  });
}

function sendsOf({ requests, entries }: Counts) {
  return {
    requests: requests.SendMessage + requests.SendMessageBatch,
    events: entries.SendMessage + entries.SendMessageBatch,
  };
}

const idBytes = 16;

function bodyOf(bytes: number): string {
  const event = (note: string) =>
    JSON.stringify({
      specversion: '1.0',
      id: '{id}',
      source: '/bench',
      type: 'order.created',
      data: { order: 42, note },
    });
  const bare = Buffer.byteLength(event('')) - '{id}'.length + idBytes;
  return event('x'.repeat(Math.max(0, bytes - bare)));
}

/** One receiver over all of the events; its memory is asked for while nobody sends. */
export function runReceiver({ events, mostMs }: LongPlan, bytes: number, ended: AbortSignal): Promise<LongRun> {
  const watch = createMemoryWatch();
  const play = async ({ program, load, sent }: Receiver, { signal }: Stage): Promise<LongRun> => {
    const startedMs = performance.now();
    let perMs: number | undefined;
    const untilSent = async (count: number): Promise<number> => {
      for (;;) {
        const { events: through } = await sent();
        const leftMs = startedMs + mostMs - performance.now();
        if (through >= count || leftMs < pieceMs.least) return through;
        const neededMs = perMs === undefined ? firstPieceMs : (mostOfIt * (count - through)) / perMs;
        const windowMs = Math.ceil(Math.min(pieceMs.most, leftMs, Math.max(pieceMs.least, neededMs)));
        const { acknowledged, seconds } = await load({ kind: 'closed', connections }, bytes, 0, windowMs);
        perMs = acknowledged / (seconds * 1_000);
      }
    };
    const rest = () => new Promise((resolve) => setTimeout(resolve, settleMs));
    const tenth = await untilSent(events / 10);
    await rest();
    const afterTenth = await watch.ask(program, signal);
    const reached = await untilSent(events);
    const seconds = (performance.now() - startedMs) / 1_000;
    await rest();
    const afterAll = await watch.ask(program, signal);
    return { app: 'receiver', events, tenth, reached, afterTenth, afterAll, seconds };
  };
  return withReceiver(ended, play, watch);
}
