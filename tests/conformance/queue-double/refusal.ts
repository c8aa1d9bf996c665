/**
 * What SQS refuses with: the code that clients know it by (the header's, from the days of its XML protocol), the shape that
 * the JSON names, and the status. Clients of the JSON protocol read the header first.
 */
const refusals = {
  BatchEntryIdsNotDistinct: { code: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct', status: 400 },
  BatchRequestTooLong: { code: 'AWS.SimpleQueueService.BatchRequestTooLong', status: 400 },
  EmptyBatchRequest: { code: 'AWS.SimpleQueueService.EmptyBatchRequest', status: 400 },
  InvalidAttributeName: { code: 'InvalidAttributeName', status: 400 },
  InvalidAttributeValue: { code: 'InvalidAttributeValue', status: 400 },
  InvalidBatchEntryId: { code: 'AWS.SimpleQueueService.InvalidBatchEntryId', status: 400 },
  InvalidMessageContents: { code: 'InvalidMessageContents', status: 400 },
  MessageNotInflight: { code: 'AWS.SimpleQueueService.MessageNotInflight', status: 400 },
  QueueDoesNotExist: { code: 'AWS.SimpleQueueService.NonExistentQueue', status: 400 },
  QueueNameExists: { code: 'QueueAlreadyExists', status: 400 },
  ReceiptHandleIsInvalid: { code: 'ReceiptHandleIsInvalid', status: 404 },
  RequestThrottled: { code: 'RequestThrottled', status: 403 },
  TooManyEntriesInBatchRequest: { code: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest', status: 400 },
  InternalFailure: { code: 'InternalFailure', status: 500, shape: 'InternalFailure' },
  InvalidAction: { code: 'InvalidAction', status: 404, shape: 'UnknownOperationException' },
  InvalidParameterValue: { code: 'InvalidParameterValue', status: 400, shape: 'InvalidParameterValueException' },
  MissingParameter: { code: 'MissingParameter', status: 400, shape: 'MissingRequiredParameterException' },
} as const satisfies Record<string, { code: string; status: number; shape?: string }>;

export type RefusalName = keyof typeof refusals;

export class Refusal extends Error {
  readonly refusal: RefusalName;

  constructor(name: RefusalName, message: string) {
    super(message);
    this.refusal = name;
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function refusalAnswer({ refusal, message }: Refusal): Answer {
  const known: { code: string; status: number; shape?: string } = refusals[refusal];
  const __type = known.shape === undefined ? `com.amazonaws.sqs#${refusal}` : `com.amazon.coral.service#${known.shape}`;
  return {
    status: known.status,
    headers: { 'x-amzn-query-error': `${known.code};${known.status < 500 ? 'Sender' : 'Receiver'}` },
    body: JSON.stringify({ __type, message }),
  };
}
