import type { Fault } from './fault.ts';
import type { Sent } from './http.ts';
import { judgeAnswer, mayClose } from './judge-answer.ts';
import type { World } from './world.ts';

export const structured = 'application/cloudevents+json';
export const batched = 'application/cloudevents-batch+json';

export interface Striking {
  /** No answer may take it; usually some may be events. */
  readonly neverTaken?: boolean;
}

/** Strikes the receiver with one request, and judges what came. */
export function strikeWith({ sender, secrets }: World, { neverTaken = false }: Striking = {}) {
  return async (request: Sent): Promise<Fault | undefined> =>
    judgeAnswer(await sender.send(request), { neverTaken, mayClose: mayClose(request), secrets: secrets.texts });
}

/** As an honest sender, of whom everything else is hostile. */
export function known(
  { key }: World,
  ...more: readonly (readonly [string, string])[]
): readonly (readonly [string, string])[] {
  return [['x-api-key', key], ...more];
}
