import { createRedisMock } from 'js-redis-server';

/** A Redis in a process of its own, on loopback only. Tells its address to its parent, and ends with it. */
const redis = await createRedisMock();
const [address] = redis.addresses();
process.send?.({ url: `redis://${address?.host ?? ''}:${address?.port ?? ''}` });
process.once('disconnect', () => void redis.close());
