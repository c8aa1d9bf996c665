/** Fastify alone, as Express alone. */
import { fastify } from 'fastify';
import { announce, type Event } from './announce.ts';

const app = fastify();
app.addContentTypeParser(
  'application/cloudevents+json',
  { parseAs: 'string' },
  app.getDefaultJsonParser('error', 'error'),
);
app.post('/events', (request, reply) => reply.code(202).send({ id: (request.body as Event).id, status: 'queued' }));
await app.listen({ port: 0, host: '127.0.0.1' });
announce(app.server);
