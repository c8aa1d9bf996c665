import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { actions, messagesIn, type Action, type Answer, type Input } from './answer.ts';
import { createQueue, type Queue, type QueueCounts } from './queue.ts';
import { createCapacity, initialSettings, type Settings } from './settings.ts';

/** All since the last reset. */
export interface Counts {
  readonly requests: Readonly<Record<Action, number>>;
  readonly entries: Readonly<Record<Action, number>>;
  /** Requests refused for want of capacity. */
  readonly throttled: number;
  readonly queues: Readonly<Record<string, QueueCounts>>;
}

export interface Fill {
  readonly queue: string;
  readonly count: number;
  /** `{id}` in it becomes a running number. */
  readonly body: string;
}

interface Waiter {
  readonly input: Input;
  readonly answer: (answer: Answer) => void;
}

const isAction = (name: string): name is Action => Object.hasOwn(actions, name);
const zeros = () => Object.fromEntries(Object.keys(actions).map((action) => [action, 0])) as Record<Action, number>;
const jsonType = ['Content-Type', 'application/x-amz-json-1.0'];

/** How often it looks for messages that are to be seen again, in ms. */
const passEveryMs = 20;

/**
 * Amazon SQS as far as the gateway and the peers use it, in memory, without signatures: the JSON protocol at `/`, and its own
 * control at `/control/`. Queues are there as soon as they are named.
 */
export function createStandIn(clock: () => number): Server {
  let settings = initialSettings;
  let capacity = createCapacity(settings, clock);
  let queues = new Map<string, Queue>();
  const waiters = new Map<string, Set<Waiter>>();
  let requests = zeros();
  let entries = zeros();
  let throttled = 0;
  let forgotten = 0;

  const queueOf = (name: string): Queue => {
    let queue = queues.get(name);
    if (queue === undefined) queues.set(name, (queue = createQueue(clock)));
    return queue;
  };
  const urlOf = (name: string) => {
    const { port } = server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/000000000000/${name}`;
  };
  const send = (name: string, body: string, delayMs: number) => {
    if (settings.mode === 'sink') return ++forgotten;
    return queueOf(name).send(body, delayMs);
  };
  const store = { queueOf, urlOf, send };

  const reply = (response: ServerResponse, action: Action, answer: Exclude<Answer, { kind: 'wait' }>) => {
    if (answer.kind === 'error') {
      const text = `{"__type":"com.amazonaws.sqs#${answer.error}","message":"${answer.error}"}`;
      response.writeHead(400, [...jsonType, 'x-amzn-query-error', `${answer.error};Sender`]).end(text);
      return;
    }
    entries[action] += answer.entries;
    if (settings.delayMs === 0) response.writeHead(200, jsonType).end(answer.text);
    else setTimeout(() => response.writeHead(200, jsonType).end(answer.text), settings.delayMs);
  };

  /** Gives what is there to those who wait for it, first come first served. */
  const serve = (name: string) => {
    const waiting = waiters.get(name);
    if (waiting === undefined || waiting.size === 0) return;
    const queue = queueOf(name);
    for (const waiter of waiting) {
      if (!queue.hasWaiting()) break;
      waiting.delete(waiter);
      waiter.answer(actions.ReceiveMessage(store, { ...waiter.input, WaitTimeSeconds: 0 }));
    }
  };
  const waitFor = (response: ServerResponse, input: Input, forMs: number) => {
    const name = input.QueueUrl?.slice(input.QueueUrl.lastIndexOf('/') + 1) ?? '';
    const waiting = waiters.get(name) ?? new Set<Waiter>();
    waiters.set(name, waiting);
    const leave = () => {
      clearTimeout(timer);
      waiting.delete(waiter);
    };
    const answer = (given: Answer) => {
      leave();
      response.off('close', leave);
      if (given.kind !== 'wait') reply(response, 'ReceiveMessage', given);
    };
    const waiter = { input, answer };
    const timer = setTimeout(() => answer({ kind: 'done', text: '{}', entries: 0 }), forMs);
    // Nobody is to be given messages who is gone.
    response.once('close', leave);
    waiting.add(waiter);
  };

  const run = (response: ServerResponse, action: Action, input: Input) => {
    const answer = actions[action](store, input);
    if (answer.kind === 'wait') waitFor(response, input, answer.forMs);
    else reply(response, action, answer);
    if (action !== 'ReceiveMessage' && waiters.size > 0) for (const name of waiters.keys()) serve(name);
  };
  const ask = (response: ServerResponse, action: Action, input: Input) => {
    requests[action]++;
    const messages = messagesIn(action, input);
    const afterMs = messages === 0 ? 0 : capacity.take(messages);
    if (afterMs === undefined) {
      throttled++;
      reply(response, action, { kind: 'error', error: 'RequestThrottled' });
    } else if (afterMs === 0) run(response, action, input);
    else setTimeout(run, afterMs, response, action, input);
  };

  const counts = (): Counts => ({
    requests,
    entries,
    throttled,
    queues: Object.fromEntries([...queues].map(([name, queue]) => [name, queue.counts()])),
  });
  const controls: Readonly<Record<string, (input: unknown) => void>> = {
    counts: () => undefined,
    set(input) {
      settings = { ...settings, ...(input as Partial<Settings>) };
      capacity = createCapacity(settings, clock);
    },
    fill(input) {
      const { queue, count, body } = input as Fill;
      queueOf(queue).fill(count, body);
      serve(queue);
    },
    /** Settings stay. Who waits for messages goes on waiting. */
    reset() {
      queues = new Map();
      requests = zeros();
      entries = zeros();
      throttled = 0;
    },
  };

  const take = (request: IncomingMessage, response: ServerResponse, body: string) => {
    if (request.url?.startsWith('/control/') === true) {
      const control = controls[request.url.slice('/control/'.length)];
      control?.(JSON.parse(body));
      response.writeHead(control === undefined ? 404 : 200, jsonType).end(JSON.stringify(counts()));
      return;
    }
    const target = request.headers['x-amz-target'];
    const action = typeof target === 'string' ? target.slice(target.indexOf('.') + 1) : '';
    if (isAction(action)) ask(response, action, JSON.parse(body) as Input);
    else reply(response, 'GetQueueUrl', { kind: 'error', error: 'InvalidAction' });
  };

  const server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [only] = chunks;
      take(request, response, (chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString());
    });
  });
  const passing = setInterval(() => {
    for (const [name, queue] of queues) if (queue.pass()) serve(name);
  }, passEveryMs);
  server.once('close', () => clearInterval(passing));
  return server;
}
