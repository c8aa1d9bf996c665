import { describe, expect, it } from '@jest/globals';
import { createAcknowledge } from '../../apps/dispatcher/acknowledge.ts';
import type { FaultLog } from '../../apps/shared/log.ts';

const queue = {
  url: 'https://sqs.eu-west-1.amazonaws.com/123456789012/crm-events',
  deadLetterUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/crm-letters',
};

/** An SQS that takes each batch, and refuses each of its entries so. */
function refusing(code: string) {
  const told: unknown[] = [];
  const tell: FaultLog['warn'] = ({ advice }, msg) => told.push([msg, advice]);
  const answer = ({ Entries = [] }: { Entries?: { Id?: string | undefined }[] | undefined }) =>
    Promise.resolve({
      Successful: [],
      Failed: Entries.map(({ Id }) => ({ Id, Code: code, Message: 'hush', SenderFault: true })),
    });
  const sqs = {
    deleteMessageBatch: answer,
    changeMessageVisibilityBatch: answer,
    sendMessage: () => Promise.resolve({}),
  };
  return { told, acknowledge: createAcknowledge(sqs, queue, () => 60_000, { warn: tell, error: tell }) };
}

describe('an entry that SQS refuses', () => {
  it('is tried three times, and told with what to do', async () => {
    const { told, acknowledge } = refusing('AccessDenied');
    expect(await acknowledge.delete('handle')).toBe(false);
    const advice = expect.stringContaining('crm-events in eu-west-1 (AccessDenied): allow sqs:DeleteMessage');
    expect(told).toEqual(Array.from({ length: 3 }, () => ['queue.acknowledge_failed', advice]));
  });

  it('as its time was over is told to nobody', async () => {
    const { told, acknowledge } = refusing('ReceiptHandleIsInvalid');
    expect(await acknowledge.hide('handle', 5)).toBe(false);
    expect(told).toEqual([]);
  });
});
