/** Express and BullMQ: the queue is in Redis. */
import { Queue } from 'bullmq';
import { announce, redisUrl } from './announce.ts';
import { createExpressApp } from './express-app.ts';

const queue = new Queue('bench', { connection: { url: redisUrl } });
const app = createExpressApp((event) => queue.add('event', event));
announce(app.listen(0, '127.0.0.1'));
