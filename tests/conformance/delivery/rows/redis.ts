import { between, hurt, killPod } from '../disturbances.ts';
import { keyless, shortSize, wholeSize, type Row, type Setup } from '../row.ts';

/** A lost Redis closes the limit for horizon and window: with short ones it is open again before the next loss. */
const quickLimit: Setup['limit'] = { calls: 40, perMs: 100, more: { horizon: '100ms', margin: '15ms' } };

/** And used again for a while: a limit that is closed for most of the time takes no events across. */
const untilOpenMs = [700, 1_700] as const;

const redisReplaced: Row = {
  number: 8,
  name: 'redis-replaced',
  fault: 'SIGKILL of Redis; back without its data, flushed, or with an older copy of it',
  whole: wholeSize,
  short: shortSize,
  setup: { limit: quickLimit },
  async disturb(world) {
    const { redis } = world;
    await world.wait(between(world, ...untilOpenMs));
    const how = world.random();
    if (how < 0.3) return redis.flush();
    if (how < 0.6) return redis.restartEmpty();
    await redis.copy();
    await world.wait(between(world, 100, 400));
    return redis.restartFromCopy();
  },
};

const redisGone: Row = {
  number: 9,
  name: 'redis-gone',
  fault: 'Redis cut off, frozen, and deaf to its own replies, for up to a second each',
  whole: wholeSize,
  short: undefined,
  setup: { limit: quickLimit, edges: ['redis'] },
  async disturb(world) {
    const how = world.random();
    await hurt(world, 'redis', how < 0.4 ? 'cut' : how < 0.7 ? 'freeze' : 'loseReplies', between(world, 200, 1_000));
    await world.wait(between(world, 200, 900));
  },
};

const redisLostKeyless: Row = {
  number: 30,
  name: 'redis-lost-keyless',
  fault: 'SIGKILL of a dispatcher and of Redis, which is back without its data; the target knows no keys',
  whole: wholeSize,
  short: undefined,
  setup: { limit: quickLimit, pods: 3, ...keyless.setup },
  async disturb(world) {
    await world.wait(between(world, 300, 900));
    await Promise.all([killPod(world), world.redis.restartEmpty()]);
  },
  mayDie: keyless.mayDie,
};

const redisFull: Row = {
  number: 10,
  name: 'redis-full',
  fault: 'Redis has no memory left and refuses every write',
  whole: wholeSize,
  short: undefined,
  setup: { limit: quickLimit },
  begin: ({ redis }) => redis.configure('maxmemory-policy', 'noeviction'),
  async disturb(world) {
    await world.redis.configure('maxmemory', '1mb');
    await world.wait(between(world, 200, 800));
    await world.redis.configure('maxmemory', '0');
    await world.wait(between(world, ...untilOpenMs));
  },
  mend: ({ redis }) => redis.configure('maxmemory', '0'),
};

export const redisRows: readonly Row[] = [redisReplaced, redisGone, redisFull, redisLostKeyless];
