import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { costs } from '../../apps/cli/costs.ts';
import { createLedger } from '../../apps/dispatcher/ledger.ts';
import { loadScripts } from '../../apps/dispatcher/scripts.ts';
import { rememberMs } from '../../apps/dispatcher/timing.ts';
import { keyOf } from '../../apps/shared/event.ts';
import { createRedis, type Redis } from '../../apps/shared/redis.ts';
import { recordKey } from '../../apps/shared/state-keys.ts';
import { event, held, received } from '../dispatcher/held.ts';
import { startServer, type Server } from './server.ts';

/** As the chart names them where nobody says otherwise. */
const names = { instance: 'event-gateway/event-gateway', target: 'crm' };

/** Just past 2^18 Redis' tables have doubled, and are the emptiest that they ever are. */
const many = 2 ** 18 + 1_000;

describe('what a finished event takes of Redis', () => {
  let server: Server;
  let redis: Redis;
  beforeAll(async () => {
    server = await startServer((port) => ['--port', port]);
    redis = createRedis(`redis://127.0.0.1:${server.port}`);
    redis.options.commandTimeout = 30_000;
    await redis.connect();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  const usedBytes = async () => Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);

  it('is what capacity counts with, tables included', async () => {
    const ledger = createLedger({
      scripts: loadScripts(redis),
      ...names,
      leaseMs: 60_000,
      doubtMs: 0,
      retry: { attempts: 8, backoff: { first: 1_000, max: 900_000 } },
      newOwner: () => 'owner',
      random: () => 1,
    });
    const first = event({ digest: '0123456789abcdefghijkl' });
    const key = keyOf(names.instance, names.target, first);
    await ledger.claim([received(key, { event: first })]);
    expect(await ledger.complete(held(received(key, { event: first }), 'owner'))).toBe('written');
    const record = recordKey(names.instance, names.target, key);
    const before = await usedBytes();
    // As long as the one that the ledger wrote, each under a key of its own.
    const copy = `
      local text, prefix = redis.call('GET', KEYS[1]), string.sub(KEYS[1], 1, -44)
      for i = 1, ARGV[1] do redis.call('SET', prefix .. string.format('%043d', i), text, 'PX', ARGV[2]) end`;
    await redis.eval(copy, 1, record, many, rememberMs);
    const each = ((await usedBytes()) - before) / many;
    expect(each).toBeLessThanOrEqual(costs.ledgerBytes.value);
    expect(each).toBeGreaterThan(costs.ledgerBytes.value * 0.9);
    expect(rememberMs).toBe(costs.ledgerDays.value * 86_400_000);
  });
});
