import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedisServer, type RedisServer } from '../tests/conformance/redis-server.ts';
import { startStandIn, type StandIn } from './stand-in/start.ts';

/** What stands around whatever is measured. All of it runs beside it, on the other core. */
export interface Stage {
  /** For files; removed at the end. */
  readonly folder: string;
  readonly redis: RedisServer;
  readonly standIn: StandIn;
  /** For whatever is started: told when it ends that nobody asked to. */
  readonly died: (sentence: string) => void;
  /** Ends with the benchmark, or when something died. */
  readonly signal: AbortSignal;
  /** Called before the stage is taken down, the last one first; also where all was broken off. */
  readonly onClose: (stop: () => Promise<unknown>) => void;
}

/** Gives the stage to `play`, and takes it down afterwards. */
export async function onStage<T>(ended: AbortSignal, play: (stage: Stage) => Promise<T>): Promise<T> {
  const broken = new AbortController();
  const signal = AbortSignal.any([ended, broken.signal]);
  const died = (sentence: string) => broken.abort(new Error(sentence));
  const folder = await mkdtemp(join(tmpdir(), 'egw-bench-'));
  const removeAtExit = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeAtExit);
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const redis = await startRedisServer(folder, died, signal);
    stops.push(redis.stop);
    const standIn = await startStandIn(died, signal);
    stops.push(standIn.stop);
    return await play({ folder, redis, standIn, died, signal, onClose: (stop) => stops.push(stop) });
  } finally {
    for (const stop of stops.reverse()) await stop();
    await rm(folder, { recursive: true, force: true });
    process.off('exit', removeAtExit);
  }
}
