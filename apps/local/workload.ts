import { createRequire } from 'node:module';
import { CloudEvent, HTTP, type CloudEventV1 } from 'cloudevents';

/** A request for `POST /events`, without the sender's credential. */
export interface EventRequest {
  /** Under which the target will tell of its delivery. */
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Webhook {
  readonly name: string;
  readonly payload: unknown;
}

/** Payloads that GitHub has published of its webhooks: a few hundred, from 1 to 27 KB. */
export function readWebhooks(): readonly Webhook[] {
  // Its main file is JSON, which `require` takes as it is.
  const definitions = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly {
    readonly name: string;
    readonly examples: readonly unknown[];
  }[];
  return definitions.flatMap(({ name, examples }) => examples.map((payload) => ({ name, payload })));
}

type CloudEventExample = Omit<CloudEventV1<unknown>, 'id'>;

const example = {
  specversion: '1.0',
  time: '2018-04-05T17:31:00Z',
  comexampleextension1: 'value',
  comexampleothervalue: 5,
};

/**
 * Examples of the CloudEvents specification 1.0: of spec.md, "Example", and of formats/json-format.md, 3.2. Those with
 * `data_base64` and with a bare JSON string are left out: there the one is a placeholder, and the SDK would send the
 * other unquoted in binary mode.
 */
export const cloudEventExamples: readonly CloudEventExample[] = [
  {
    ...example,
    type: 'com.github.pull_request.opened',
    source: 'https://github.com/cloudevents/spec/pull',
    subject: '123',
    datacontenttype: 'text/xml',
    data: '<much wow="xml"/>',
  },
  {
    ...example,
    type: 'com.example.someevent',
    source: '/mycontext',
    datacontenttype: 'application/xml',
    data: '<much wow="xml"/>',
  },
  {
    ...example,
    type: 'com.example.someevent',
    source: '/mycontext',
    datacontenttype: 'application/json',
    data: { appinfoA: 'abc', appinfoB: 123, appinfoC: true },
  },
];

/** One event in this many is a CloudEvent. */
const cloudEventEvery = 4;

/**
 * As many events as asked for, each with an id of its own: webhooks as GitHub sends them, and now and then a CloudEvent,
 * in binary and in structured mode by turns.
 */
export function* makeWorkload(
  count: number,
  webhooks: readonly Webhook[],
  newId: () => string,
): Generator<EventRequest, void> {
  for (let i = 0; i < count; i++) {
    const turn = Math.floor(i / cloudEventEvery);
    const webhook = webhooks[(i - turn) % webhooks.length];
    const cloudEvent = cloudEventExamples[Math.floor(turn / 2) % cloudEventExamples.length];
    if (cloudEvent !== undefined && i % cloudEventEvery === cloudEventEvery - 1) {
      yield asCloudEvent(cloudEvent, newId(), turn % 2 === 0 ? 'binary' : 'structured');
    } else if (webhook !== undefined) yield asWebhook(webhook, newId());
  }
}

function asWebhook({ name, payload }: Webhook, id: string): EventRequest {
  return {
    id,
    headers: { 'content-type': 'application/json', 'x-github-event': name, 'x-github-delivery': id },
    body: JSON.stringify(payload),
  };
}

function asCloudEvent(example: CloudEventExample, id: string, mode: 'binary' | 'structured'): EventRequest {
  const message = HTTP[mode](new CloudEvent({ ...example, id }));
  const headers = Object.fromEntries(
    Object.entries(message.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
  return { id, headers, body: typeof message.body === 'string' ? message.body : JSON.stringify(message.body) };
}
