import { buildApp } from 'fauxqs';

/** An SQS in a process of its own, on loopback only. Tells its address to its parent, and ends with it. */
const app = buildApp({ logger: false });
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ url });
process.once('disconnect', () => void app.close());
