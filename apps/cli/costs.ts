/** What one thing costs or takes, and where the figure comes from. */
export interface Cost {
  readonly value: number;
  readonly unit: string;
  readonly origin: string;
}

const scaled = '`npm run bench -- scale`';
const priced = 'us-east-1, March 2026, [cloudburn](https://cloudburn.io/blog/amazon-sqs-pricing)';
const chunked =
  'us-east-1, June 2026, [factualminds](https://www.factualminds.com/blog/amazon-sqs-pricing-64kb-rule-fifo-vs-standard/)';
const synced = '[Kubernetes](https://github.com/kedacore/keda/issues/3921)';
const quotas = '[AWS](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html)';
const sizes =
  '[AWS](https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb)';

/**
 * Every figure that the model of `capacity.ts` knows beyond what it is asked. The table in docs/capacity.md is this one, and a
 * test compares them: whoever measures anew changes the value and the origin here.
 */
export const costs = {
  receiverUs: {
    value: 32,
    unit: 'µs of CPU an event of 500 B, ten to a request',
    origin: '`npm run bench -- receiver`',
  },
  receiverKbUs: { value: 6, unit: 'µs of CPU a KB of an event beyond 500 B', origin: scaled },
  receiverSendUs: {
    value: 480,
    unit: 'µs of CPU a request to SQS beyond one for ten events, and what goes with a quiet pod',
    origin: scaled,
  },
  receiverLeastPods: { value: 2, unit: 'receivers at least', origin: '`receiver.replicas` of the chart' },
  dispatcherUs: {
    value: 120,
    unit: 'µs of CPU an event of 500 B, of a busy pod',
    origin: '`npm run bench -- dispatcher`',
  },
  dispatcherWakeUs: {
    value: 1_500,
    unit: 'µs of CPU besides an event of a quiet pod, which wakes for each',
    origin: '`npm run bench -- limit`',
  },
  dispatcherAwake: {
    value: 0.15,
    unit: 'of a core that a pod wakes for at most',
    origin: '`npm run bench -- limit`',
  },
  dispatcherKbUs: { value: 7, unit: 'µs of CPU a KB of an event beyond 500 B', origin: scaled },
  podCore: {
    value: 0.7,
    unit: 'of a core that a pod is planned to use: it has one thread',
    origin: '`targetCPUUtilizationPercentage` of the chart',
  },
  throttleTrips: {
    value: 0.1,
    unit: 'round trips to Redis an event sent, of a busy sender',
    origin: '`apps/receiver/throttle.ts`',
  },
  throttleUs: { value: 1, unit: 'µs of Redis an event sent', origin: 'estimate' },
  ledgerTrips: { value: 0.48, unit: 'round trips to Redis an event delivered', origin: '`npm run bench -- limit`' },
  ledgerUs: { value: 150, unit: 'µs of Redis an event delivered', origin: scaled },
  ledgerBytes: {
    value: 260,
    unit: 'bytes of Redis a finished event, its tables included',
    origin: '`npm run test:redis`',
  },
  ledgerDays: { value: 15, unit: 'days that it is remembered', origin: '`apps/dispatcher/timing.ts`' },
  utilisation: { value: 0.97, unit: 'of the limit that is used, at least', origin: '[`limit.md`](limit.md)' },
  batchEntries: { value: 10, unit: 'events a request to SQS, at most', origin: quotas },
  batchBytes: { value: 1_048_576, unit: 'bytes a request to SQS, at most', origin: sizes },
  sendGatherMs: { value: 2, unit: 'ms in which a send gathers events', origin: '`apps/receiver/enqueue.ts`' },
  receiveGatherMs: { value: 15, unit: 'ms that a receive takes', origin: '`apps/dispatcher/poll.ts`' },
  deleteGatherMs: {
    value: 250,
    unit: 'ms in which a delete gathers events',
    origin: '`apps/dispatcher/acknowledge.ts`',
  },
  hides: { value: 0.05, unit: 'changes of visibility an event', origin: 'estimate' },
  pollSeconds: { value: 5, unit: 's that a receive waits for a first event', origin: '`apps/dispatcher/poll.ts`' },
  lookSeconds: { value: 5, unit: 's between looks of a receiver at both queues', origin: '`apps/receiver/look.ts`' },
  kedaSeconds: { value: 5, unit: 's between looks of KEDA', origin: '`pollingIntervalSeconds` of the chart' },
  hpaSeconds: { value: 15, unit: 's between looks of the autoscaler', origin: synced },
  billedBytes: { value: 65_536, unit: 'bytes of a request that are billed as one', origin: chunked },
  price: { value: 0.4, unit: '$ a million requests, of the first 100 billion a month', origin: priced },
  priceFrom100: { value: 0.3, unit: '$ a million, of the next 100 billion', origin: priced },
  priceFrom200: { value: 0.24, unit: '$ a million beyond', origin: priced },
} as const satisfies Readonly<Record<string, Cost>>;
