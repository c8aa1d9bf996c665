/** What most write first: one request to SQS for each event. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { announce, queueUrl } from './announce.ts';
import { createExpressApp } from './express-app.ts';

const sqs = new SQSClient({});
const app = createExpressApp((event) =>
  sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(event) })),
);
announce(app.listen(0, '127.0.0.1'));
