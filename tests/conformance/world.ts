import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { declareFirstStart } from '../../apps/shared/first-start.ts';
import { createRedis } from '../../apps/shared/redis.ts';
import { canCapture, startCapture } from './capture.ts';
import { startFeed, type Feed } from './feed.ts';
import { createFleet, type Fleet, type LimitSetup } from './fleet.ts';
import { observeByKernel, observeByTarget, type Observed } from './observed.ts';
import { startRecordingTarget, type RecordingTarget } from './recording-target.ts';
import { startRedisServer, type RedisServer } from './redis-server.ts';
import { wait } from '../../apps/shared/wait.ts';

/** A moment of the wall clock, and what was done to the system at it. */
export interface Mark {
  readonly epochMs: number;
  readonly text: string;
}

/** What stands around any system under test. */
export interface Stage {
  readonly folder: string;
  readonly redis: RedisServer;
  readonly target: RecordingTarget;
  readonly marks: readonly Mark[];
  /** Resolves with the moment. */
  readonly mark: (text: string) => number;
  /** Rejects where the run ends before. */
  readonly wait: (ms: number) => Promise<void>;
  readonly died: (sentence: string) => void;
  readonly signal: AbortSignal;
  /** Ends the target, and tells what it was called. */
  readonly observe: () => Promise<Observed>;
  readonly close: () => Promise<void>;
}

/** What a scenario plays with. */
export interface World extends Stage {
  readonly feed: Feed;
  readonly fleet: Fleet;
}

export interface WorldSetup {
  readonly limit: LimitSetup;
  readonly latencyMs: number;
  readonly timeoutMs: number;
  readonly disturbsNetwork: boolean;
  /** Holds the `apps` whose dispatcher is started. */
  readonly root: string;
}

/** By so much the wall clock may leave the monotonic one in a run, before arrivals on it are no evidence. */
const clockStepMs = 20;

const targetName = 'crm';

/** Windows of more than 10 s are remembered call by call, and each has a past to be declared empty. */
const longestPacedMs = 10_000;

const wallAheadMs = () => Date.now() - performance.now();

export async function openStage(latencyMs: number, ended: AbortSignal): Promise<Stage> {
  const broken = new AbortController();
  const signal = AbortSignal.any([ended, broken.signal]);
  const died = (sentence: string) => broken.abort(new Error(sentence));
  const folder = await mkdtemp(join(tmpdir(), 'egw-conformance-'));
  const removeAtExit = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeAtExit);
  const stops: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) await stop().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
    process.off('exit', removeAtExit);
  };
  try {
    const byKernel = await canCapture();
    const redis = await startRedisServer(folder, died, signal);
    stops.push(redis.stop);
    const target = await startRecordingTarget({ latencyMs, watchStalls: !byKernel, folder, died, signal });
    stops.push(target.stop);
    const capture = byKernel ? await startCapture({ port: target.port, link: 'lo', died, signal }) : undefined;
    if (capture !== undefined) stops.push(capture.stop);
    const marks: Mark[] = [];
    const aheadMs = wallAheadMs();
    return {
      folder,
      redis,
      target,
      marks,
      mark(text) {
        const epochMs = Date.now();
        marks.push({ epochMs, text });
        return epochMs;
      },
      async wait(ms) {
        await wait(ms, signal);
        signal.throwIfAborted();
      },
      died,
      signal,
      async observe() {
        const captured = await capture?.stop();
        const record = await target.record();
        const stalls = await target.stop();
        const observed =
          captured === undefined
            ? observeByTarget(record, stalls, latencyMs)
            : observeByKernel(captured, record, latencyMs);
        const steppedMs = Math.abs(wallAheadMs() - aheadMs);
        if (steppedMs <= clockStepMs) return observed;
        return { ...observed, faults: [...observed.faults, `the wall clock was set by ${Math.round(steppedMs)} ms`] };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Everything but pods: each scenario starts its own. */
export async function openWorld(setup: WorldSetup, ended: AbortSignal): Promise<World> {
  const stage = await openStage(setup.latencyMs, ended);
  const { folder, redis, target, died, signal } = stage;
  let feed: Feed | undefined;
  try {
    feed = await startFeed(died, signal);
    const instance = `conformance-${randomUUID()}`;
    const { limit, root, timeoutMs, disturbsNetwork } = setup;
    await declareNoPast(redis.url, instance, limit);
    const on = {
      folder,
      root,
      instance,
      targetName,
      limit,
      timeoutMs,
      disturbsNetwork,
      feed,
      redis,
      target,
      died,
      signal,
    };
    const fleet = await createFleet(on);
    const opened = feed;
    return {
      ...stage,
      feed,
      fleet,
      async close() {
        await fleet.close();
        await opened.stop();
        await stage.close();
      },
    };
  } catch (error) {
    await feed?.stop();
    await stage.close();
    throw error;
  }
}

async function declareNoPast(redisUrl: string, instance: string, { windows }: LimitSetup): Promise<void> {
  const redis = createRedis(redisUrl);
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const long = windows.map(({ perMs }) => perMs).filter((perMs) => perMs > longestPacedMs);
    const declared = await declareFirstStart(redis, { instance, target: targetName }, long);
    if (!declared.ok) throw new Error(`Redis did not take the first start: ${declared.reason}`);
  } finally {
    redis.disconnect();
  }
}
