/** Node alone: the least that a receiver in JavaScript takes. */
import { createServer } from 'node:http';
import { announce, type Event } from './announce.ts';

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { id } = JSON.parse(Buffer.concat(chunks).toString()) as Event;
    response.writeHead(202, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id, status: 'queued' }));
  });
});
announce(server.listen(0, '127.0.0.1'));
