import express, { type Express } from 'express';
import { mediaTypes, type Event } from './announce.ts';

/** Express 5 with its default settings; answers once `send` has resolved. */
export function createExpressApp(send: (event: Event) => Promise<unknown> | undefined): Express {
  const app = express();
  app.use(express.json({ type: mediaTypes }));
  app.post('/events', async (request, response) => {
    const event = request.body as Event;
    await send(event);
    response.status(202).json({ id: event.id, status: 'queued' });
  });
  return app;
}
