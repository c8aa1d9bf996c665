/** Express and sqs-producer. */
import { Producer } from 'sqs-producer';
import { announce, queueUrl } from './announce.ts';
import { createExpressApp } from './express-app.ts';

const producer = Producer.create({ queueUrl, region: process.env['AWS_REGION'] ?? '' });
const app = createExpressApp((event) => producer.send([{ id: event.id, body: JSON.stringify(event) }]));
announce(app.listen(0, '127.0.0.1'));
