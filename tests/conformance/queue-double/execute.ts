import type { Action } from './faults.ts';
import { createQueue, getQueueAttributes, getQueueUrl, purgeQueue, setQueueAttributes } from './manage.ts';
import { changeMessageVisibility, changeMessageVisibilityBatch, deleteMessage, deleteMessageBatch } from './receipt.ts';
import { receiveMessage } from './receive.ts';
import { Refusal, refusalAnswer, type Answer } from './refusal.ts';
import type { Request } from './request.ts';
import { sendMessage, sendMessageBatch } from './send.ts';

const executors: Readonly<Record<Action, (request: Request) => object | Promise<object>>> = {
  ChangeMessageVisibility: changeMessageVisibility,
  ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
  CreateQueue: createQueue,
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: deleteMessageBatch,
  GetQueueAttributes: getQueueAttributes,
  GetQueueUrl: getQueueUrl,
  PurgeQueue: purgeQueue,
  ReceiveMessage: receiveMessage,
  SendMessage: sendMessage,
  SendMessageBatch: sendMessageBatch,
  SetQueueAttributes: setQueueAttributes,
};

export async function execute(action: Action, request: Request): Promise<Answer> {
  try {
    return { status: 200, headers: {}, body: JSON.stringify(await executors[action](request)) };
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error);
    throw error;
  }
}
