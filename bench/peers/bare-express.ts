/** Express alone: the same answer, after as long as a queue would take, but nothing is queued. */
import express from 'express';
import { announce, delayMs, mediaTypes, type Event } from './announce.ts';

const app = express();
app.use(express.json({ type: mediaTypes }));
app.post('/events', (request, response) => {
  const answer = () => response.status(202).json({ id: (request.body as Event).id, status: 'queued' });
  if (delayMs === 0) answer();
  else setTimeout(answer, delayMs);
});
announce(app.listen(0, '127.0.0.1'));
