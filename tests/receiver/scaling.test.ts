import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createScaling, replicasFor, type Scaling, type ScalingDeps } from '../../apps/receiver/scaling.ts';
import { limit as limitSchema } from '../../apps/shared/limit-config.ts';
import { createRedis } from '../../apps/shared/redis.ts';
import { circuitKey, latencyKey } from '../../apps/shared/state-keys.ts';
import { usefulReplicas } from '../../apps/shared/useful-replicas.ts';
import { startReceiver, type Receiver } from './harness.ts';

const limitOf = (settings: object) => limitSchema.parse(settings);
const fifty = limitOf({ windows: [{ calls: 50, per: '1s' }], concurrency: 5 });

describe('useful replicas', () => {
  it.each([
    [{ windows: [{ calls: 50, per: '1s' }], concurrency: 5 }, 400, 8],
    [{ windows: [{ calls: 5, per: '1s' }], concurrency: 5 }, 1_000, 2],
    [{ windows: [{ calls: 5, per: '1s' }], concurrency: 5 }, 10, 1],
    [{ windows: [{ calls: 5, per: '100ms' }], concurrency: 5 }, 1_000, 20],
    // The hour's window says how much, not how fast.
    [
      {
        windows: [
          { calls: 10, per: '1s' },
          { calls: 100, per: '1h' },
        ],
        concurrency: 2,
      },
      1_000,
      10,
    ],
    [{ windows: [{ calls: 50, per: '1s' }], concurrency: 5, maxInFlight: 11 }, 4_000, 3],
  ])('of %j at %i ms are %i', (settings, latencyMs, useful) => {
    expect(usefulReplicas(limitOf(settings), latencyMs)).toBe(useful);
  });

  it.each([
    [0, 0],
    [1, 1],
    [125, 1],
    [126, 2],
    [1_000, 8],
    [1_000_000, 8],
  ])('for %i messages of which a pod works off 125 in ten seconds are %i', (waiting, replicas) => {
    expect(replicasFor(waiting, fifty, 400)).toBe(replicas);
  });
});

describe('what the autoscaler is told', () => {
  let nowMs = 0;
  const calm = { pause: undefined, circuitOpenMs: undefined, latencyMs: 200 };
  const target = {
    queue: { url: 'https://sqs/crm', deadLetterUrl: 'https://sqs/crm-dead' },
    limit: fifty,
    latency: 400,
  };
  const ask = async (deps: Partial<ScalingDeps> = {}, path = '/scaling/crm') => {
    const scaling = createScaling({
      targets: new Map([['crm', target]]),
      readDepth: () => Promise.resolve({ visible: 300, inFlight: 20, delayed: 0, retentionMs: 1 }),
      readFleet: () => Promise.resolve(calm),
      now: () => nowMs,
      ...deps,
    });
    const page = await scaling(path);
    return page?.status === 200 ? (JSON.parse(page.body) as object) : page;
  };

  it('follows from the backlog, the limit and what was measured', async () => {
    expect(await ask()).toEqual({
      target: 'crm',
      visible: 300,
      in_flight: 20,
      delayed: 0,
      latency_ms: 200,
      latency_measured: true,
      useful: 4,
      circuit: 'closed',
      pause: null,
      replicas: 2,
    });
  });

  it('follows from the configuration where nothing was measured, or Redis does not answer', async () => {
    const expected = { latency_ms: 400, latency_measured: false, useful: 8, replicas: 3 };
    expect(await ask({ readFleet: () => Promise.resolve({ ...calm, latencyMs: undefined }) })).toMatchObject(expected);
    const gone = { readFleet: () => Promise.resolve(undefined) };
    expect(await ask(gone)).toMatchObject({ ...expected, circuit: 'unknown', pause: null });
  });

  it.each([
    ['visible', { visible: 1, inFlight: 0, delayed: 0 }],
    ['in flight', { visible: 0, inFlight: 1, delayed: 0 }],
    ['delayed', { visible: 0, inFlight: 0, delayed: 1 }],
  ])('is one pod for one message that is %s', async (_state, depth) => {
    const readDepth = () => Promise.resolve({ ...depth, retentionMs: 1 });
    expect(await ask({ readDepth })).toMatchObject({ replicas: 1 });
  });

  it('is one pod while the circuit is open or the fleet is paused, and none where nothing waits', async () => {
    const open = { readFleet: () => Promise.resolve({ ...calm, circuitOpenMs: 5_000 }) };
    expect(await ask(open)).toMatchObject({ circuit: 'open', replicas: 1 });
    const paused = { readFleet: () => Promise.resolve({ ...calm, pause: { reason: 'throttled', leftMs: 1 } }) };
    expect(await ask(paused)).toMatchObject({ pause: 'throttled', replicas: 1 });
    const readDepth = () => Promise.resolve({ visible: 0, inFlight: 0, delayed: 0, retentionMs: 1 });
    expect(await ask({ ...open, readDepth })).toMatchObject({ replicas: 0 });
  });

  it('is no number where the queue cannot be asked, and asks SQS once a second at most', async () => {
    let reads = 0;
    const scaling = createScaling({
      targets: new Map([['crm', target]]),
      readDepth: () => Promise.reject(new Error(`no answer ${++reads}`)),
      readFleet: () => Promise.resolve(calm),
      now: () => nowMs,
    });
    expect(await scaling('/scaling/crm')).toMatchObject({ status: 503, body: 'The queue of crm cannot be asked' });
    nowMs += 999;
    await scaling('/scaling/crm');
    expect(reads).toBe(1);
    nowMs += 1;
    await scaling('/scaling/crm');
    expect(reads).toBe(2);
  });

  it('is nothing at other paths, and says which targets there are', async () => {
    expect(await ask({}, '/scaling')).toBeUndefined();
    expect(await ask({}, '/scaling/erp')).toMatchObject({ status: 404, body: 'There is no target erp: there are crm' });
  });
});

describe('the receiver', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver.close());

  /** What it tells once the condition holds; an answer is good for a second, and Redis may be on its way. */
  const toldWhen = async (holds: (told: Scaling) => boolean): Promise<Scaling> => {
    const url = `http://127.0.0.1:${String(receiver.app.listening['ops_port'])}/scaling/crm`;
    for (;;) {
      const told = (await (await fetch(url)).json()) as Scaling;
      if (holds(told)) return told;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  it('answers at its ops port alone', async () => {
    await receiver.post('{"id":"one"}');
    await receiver.post('{"id":"two"}');
    const told = await toldWhen(({ circuit }) => circuit !== 'unknown');
    expect(told).toMatchObject({ target: 'crm', visible: 2, circuit: 'closed', replicas: 1 });
    expect((await receiver.request('GET', '/scaling/crm')).status).toBe(404);
  });

  it('follows what the fleet says in Redis', async () => {
    const { instance, redisProxy } = receiver;
    const redis = createRedis(`redis://127.0.0.1:${redisProxy.port}`);
    await redis.connect();
    await redis.set(latencyKey(instance, 'crm'), '777');
    await redis.hset(circuitKey(instance, 'crm'), 'open', Date.now());
    redis.disconnect();
    const told = await toldWhen(({ circuit }) => circuit === 'open');
    expect(told).toMatchObject({ latency_ms: 777, latency_measured: true, replicas: 1 });
  });
});
