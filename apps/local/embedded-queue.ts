import { buildApp } from 'fauxqs';

const app = buildApp({ logger: false });
const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
process.stdout.write(`${JSON.stringify({ msg: 'listening', port: Number(port) })}\n`);
