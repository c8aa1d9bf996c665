import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventOf, type SentEvent } from './events.ts';
import { produce, type ProduceOptions } from './producer.ts';

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly events: readonly SentEvent[];
}

/** A receiver that answers as the test says, and not always as one should. */
let answer: (asked: Asked, number: number) => void;
let requests: Asked[];
let url: string;
let close: () => Promise<void>;

beforeEach(async () => {
  requests = [];
  const server = createServer((request, response) => {
    void readText(request).then((text) => {
      const asked = { request, response, events: JSON.parse(text) as SentEvent[] };
      requests.push(asked);
      answer(asked, requests.length);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
});
afterEach(() => close());

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function say({ response }: Asked, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

const queued = ({ id }: SentEvent) => ({ id, status: 'queued', targets: ['crm'] });
const refused = ({ id }: SentEvent, status: number) => ({ id, status, title: 'Refused', code: 'refused' });
const take = (asked: Asked) => say(asked, 202, { results: asked.events.map(queued) });
const reset = ({ request }: Asked) => request.socket.resetAndDestroy();
const idsOf = ({ events }: Asked) => events.map(({ id }) => id);

const send = (options: Partial<ProduceOptions> = {}) =>
  produce({
    receiverUrl: url,
    headers: {},
    ids: idsUpTo(3),
    maxTries: 3,
    mayGoOn: () => Promise.resolve(),
    firstSent: () => undefined,
    signal: new AbortController().signal,
    ...options,
  });

/** What it said of its events, in their order. */
async function told(options?: Partial<ProduceOptions>) {
  const { sent, sends, resends } = await send(options);
  return { sent: Object.fromEntries(sent), sends, resends };
}

const all = (known: string) => ({ 'a-1': known, 'a-2': known, 'a-3': known });

const idsUpTo = (count: number) => Array.from({ length: count }, (_, i) => `a-${i + 1}`);

describe('the producer', () => {
  it('sends every event once, a hundred a request at most, four requests at once at most', async () => {
    let atOnce = 0;
    let mostAtOnce = 0;
    answer = (asked) => {
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      setTimeout(() => {
        atOnce--;
        take(asked);
      }, 20);
    };
    const { sent, sends, resends } = await send({ ids: idsUpTo(1_050), headers: { 'x-api-key': 'egw_test' } });
    expect({ accepted: [...sent.values()].filter((known) => known === 'accepted').length, sends, resends }).toEqual({
      accepted: 1_050,
      sends: 1_050,
      resends: 0,
    });
    expect([...sent.keys()].sort()).toEqual(requests.flatMap(idsOf).sort());
    expect(requests.map(({ events }) => events.length).sort()).toEqual([...Array<number>(10).fill(100), 50].sort());
    expect(mostAtOnce).toBe(4);
    for (const { request, events } of requests) {
      expect(request.url).toBe('/events/batch');
      expect(request.headers).toMatchObject({
        'content-type': 'application/cloudevents-batch+json',
        'x-api-key': 'egw_test',
      });
      expect(events).toEqual(events.map(({ id }) => eventOf(id)));
    }
  });

  it.each([429, 500, 503])('sends again what was answered %i, with the same ids', async (status) => {
    answer = (asked, number) => (number < 3 ? say(asked, status, { status }) : take(asked));
    expect(await told()).toEqual({ sent: all('accepted'), sends: 9, resends: 6 });
    expect(new Set(requests.map((asked) => idsOf(asked).join())).size).toBe(1);
  });

  it('sends again what was cut off without an answer', async () => {
    answer = (asked, number) => (number === 1 ? reset(asked) : take(asked));
    expect(await told()).toEqual({ sent: all('accepted'), sends: 6, resends: 3 });
  });

  it('does not know of what nobody ever answered', async () => {
    answer = reset;
    expect(await told()).toEqual({ sent: all('unknown'), sends: 9, resends: 6 });
    await close();
    expect(await told({ maxTries: 2 })).toEqual({ sent: all('unknown'), sends: 6, resends: 3 });
  });

  it('waits two seconds for an answer', async () => {
    answer = (asked) => setTimeout(() => take(asked), 2_600);
    const startedMs = performance.now();
    expect(await told({ maxTries: 1 })).toEqual({ sent: all('unknown'), sends: 3, resends: 0 });
    expect(performance.now() - startedMs).toBeGreaterThan(1_950);
    answer = (asked) => setTimeout(() => take(asked), 1_000);
    expect(await told({ maxTries: 1 })).toEqual({ sent: all('accepted'), sends: 3, resends: 0 });
  });

  it('looks at each result of a batch by itself, and sends again only what needs it', async () => {
    answer = (asked, number) => {
      const [first, second, third] = asked.events;
      if (number > 1 || first === undefined || second === undefined || third === undefined) return take(asked);
      return say(asked, 207, { results: [refused(first, 503), queued(second), refused(third, 422)] });
    };
    expect(await told()).toEqual({
      sent: { 'a-1': 'accepted', 'a-2': 'accepted', 'a-3': 'refused' },
      sends: 4,
      resends: 1,
    });
    expect(requests.map(idsOf)).toEqual([['a-1', 'a-2', 'a-3'], ['a-1']]);
  });

  it('takes a refusal of the request for one of each event, and does not insist', async () => {
    answer = (asked) => say(asked, 401, { status: 401 });
    expect(await told()).toEqual({ sent: all('refused'), sends: 3, resends: 0 });
  });

  it('does not call refused what an earlier try may have brought in', async () => {
    answer = (asked, number) => (number === 1 ? reset(asked) : say(asked, 422, { status: 422 }));
    expect(await told()).toEqual({ sent: all('unknown'), sends: 6, resends: 3 });
  });

  it.each<[string, (asked: Asked) => void]>([
    ['is no JSON', (asked) => say(asked, 202, '<html>')],
    ['has no results', (asked) => say(asked, 202, {})],
    ['lacks some', (asked) => say(asked, 202, { results: [] })],
    ['is about other events', (asked) => say(asked, 202, { results: asked.events.map(() => queued(eventOf('b-1'))) })],
    ['is another success', (asked) => say(asked, 200, { results: asked.events.map(queued) })],
    [
      'breaks off',
      ({ response, request, events }) => {
        response.writeHead(202, { 'content-length': 1_000 });
        response.write(JSON.stringify({ results: events.map(queued) }), () => request.socket.destroy());
      },
    ],
  ])('believes no promise that %s', async (_, lie) => {
    answer = lie;
    expect(await told({ maxTries: 2 })).toEqual({ sent: all('unknown'), sends: 6, resends: 3 });
  });

  it('asks before each request whether it may go on', async () => {
    answer = (asked, number) => (number === 1 ? say(asked, 503, { status: 503 }) : take(asked));
    const asked: number[] = [];
    const mayGoOn = async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      asked.push(requests.length);
    };
    await send({ mayGoOn });
    expect(asked).toEqual([0, 1]);
  });

  it('ends when it is told to, and knows what it sent', async () => {
    const stop = new AbortController();
    const never = new Promise<void>(() => undefined);
    answer = () => stop.abort();
    const mayGoOn = () => (requests.length === 0 ? Promise.resolve() : never);
    const held = await send({ ids: idsUpTo(100), mayGoOn, signal: stop.signal });
    expect(held.sends).toBe(100);
    expect(new Set(held.sent.values())).toEqual(new Set(['unknown']));
    expect(await told({ signal: stop.signal, mayGoOn: () => never })).toEqual({ sent: {}, sends: 0, resends: 0 });
  });

  it('fails where it cannot learn whether it may go on', async () => {
    answer = take;
    await expect(send({ ids: idsUpTo(1_000), mayGoOn: () => Promise.reject(new Error('no backlog')) })).rejects.toThrow(
      'no backlog',
    );
    expect(requests).toEqual([]);
  });
});
