import { createRedisMock } from 'js-redis-server';

const redis = await createRedisMock();
process.stdout.write(`${JSON.stringify({ msg: 'listening', port: redis.addresses()[0]?.port })}\n`);
