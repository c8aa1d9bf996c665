import { STATUS_CODES, type ServerResponse } from 'node:http';
import { graphqlAnswer, graphqlResponse, write, writeHead, type Answer, type ResponseType } from './answer.ts';
import type { Clock } from './clock.ts';
import type { Fault } from './faults.ts';

/** What the client is going to see. */
export type Reaction =
  | { kind: 'answer'; answer: Answer }
  | { kind: 'drip'; answer: Answer; overMs: number }
  | { kind: 'reset' }
  | { kind: 'hang' };

/** The call that a fault strikes. */
export interface Struck {
  key: string | null;
  id: string | null;
  accepted: ResponseType;
  /** Executes the request; the answer it would have had. */
  execute(): Promise<Answer>;
  sleep(ms: number): Promise<void>;
}

const answered = (answer: Answer): Reaction => ({ kind: 'answer', answer });

const htmlPage =
  '<!DOCTYPE html>\n<html><head><title>One moment</title></head><body><h1>We will be back soon</h1></body></html>\n';

function statusAnswer(fault: Extract<Fault, { fault: 'status' }>): Answer {
  const retryAfter = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  return {
    status: fault.status,
    headers: { 'content-type': fault.contentType, ...retryAfter },
    body: fault.body ?? STATUS_CODES[fault.status] ?? '',
  };
}

/** The answer with an error beside its data, at a path that is not the mutation's. Without data it is left alone. */
function partially(answer: Answer, accepted: ResponseType): Answer {
  const { data } = JSON.parse(answer.body) as { data?: object };
  if (!data) return answer;
  const errors = [
    { message: 'The other field failed.', path: ['other'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
  ];
  const status = accepted === graphqlResponse ? 294 : 200;
  return graphqlAnswer(status, accepted, { errors, data: { ...data, other: null } });
}

/** Plays a fault upon a call. */
export async function strike(fault: Fault, call: Struck): Promise<Reaction> {
  const { accepted, key, id } = call;
  if ('commit' in fault && fault.commit) await call.execute();
  switch (fault.fault) {
    case 'status':
      return answered(statusAnswer(fault));
    case 'latency':
      await call.sleep(fault.ms);
      return answered(await call.execute());
    case 'resetBefore':
      return { kind: 'reset' };
    case 'resetAfter':
      await call.execute();
      return { kind: 'reset' };
    case 'errors': {
      const errors = [{ message: fault.message ?? fault.code, extensions: { code: fault.code } }];
      return answered(graphqlAnswer(200, accepted, { errors, data: null }));
    }
    case 'partial':
      return answered(partially(await call.execute(), accepted));
    case 'userErrors': {
      const deliver = { key, id, duplicate: false, userErrors: fault.userErrors };
      return answered(graphqlAnswer(200, accepted, { data: { deliver } }));
    }
    case 'nullData':
      return answered(graphqlAnswer(200, accepted, { data: { deliver: null } }));
    case 'brokenJson': {
      const whole = graphqlAnswer(200, accepted, { data: { deliver: { key, id, duplicate: false } } });
      return answered({ ...whole, body: whole.body.slice(0, whole.body.length / 2) });
    }
    case 'html':
      return answered({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: htmlPage });
    case 'slowBody':
      return { kind: 'drip', answer: await call.execute(), overMs: fault.ms };
    case 'hang':
      return { kind: 'hang' };
    case 'body':
      return answered({ status: fault.status, headers: fault.headers, body: fault.body });
    default:
      return fault satisfies never;
  }
}

/** So many that a client sees a body in progress, so few that each drop is a packet. */
const drops = 20;

async function drip(response: ServerResponse, answer: Answer, overMs: number, clock: Clock, closing: AbortSignal) {
  const left = new AbortController();
  response.once('close', () => left.abort());
  const until = AbortSignal.any([closing, left.signal]);
  const bytes = Buffer.from(answer.body);
  const size = Math.ceil(bytes.length / drops);
  writeHead(response, answer);
  response.flushHeaders();
  for (let from = 0; from < bytes.length; from += size) {
    await clock.sleep((overMs * size) / bytes.length, until);
    response.write(bytes.subarray(from, from + size));
  }
  response.end();
}

/** Rejects with the signal's reason where the client or the server leaves before a slow answer is told. */
export async function react(response: ServerResponse, reaction: Reaction, clock: Clock, closing: AbortSignal) {
  switch (reaction.kind) {
    case 'answer':
      write(response, reaction.answer);
      return;
    case 'drip':
      return drip(response, reaction.answer, reaction.overMs, clock, closing);
    case 'reset':
      return void response.socket?.resetAndDestroy();
    case 'hang':
      return;
    default:
      return reaction satisfies never;
  }
}
