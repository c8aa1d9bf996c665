/** Express and message-queue-toolkit. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { AbstractSqsPublisher } from '@message-queue-toolkit/sqs';
import { z } from 'zod';
import { announce, queueUrl } from './announce.ts';
import { createExpressApp } from './express-app.ts';
import { logger, nothing } from './silent-logger.ts';

const schema = z.looseObject({ id: z.string(), type: z.literal('order.created') });

class Publisher extends AbstractSqsPublisher<z.infer<typeof schema>> {}

const publisher = new Publisher(
  { sqsClient: new SQSClient({}), logger, errorReporter: { report: nothing } },
  { messageSchemas: [schema], messageTypeResolver: { messageTypePath: 'type' }, locatorConfig: { queueUrl } },
);
await publisher.init();
const app = createExpressApp((event) => publisher.publish({ ...event, type: 'order.created' }));
announce(app.listen(0, '127.0.0.1'));
