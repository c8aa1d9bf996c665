import examples from '@octokit/webhooks-examples' with { type: 'json' };
import { CloudEvent, HTTP } from 'cloudevents';

/** One request to the receiver. */
export interface Delivery {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The examples of the CloudEvents specification, 1.0.2: spec.md §"Example" and json-format.md §3.2. */
const specificationExamples = [
  {
    type: 'com.github.pull_request.opened',
    source: 'https://github.com/cloudevents/spec/pull',
    subject: '123',
    time: '2018-04-05T17:31:00Z',
    comexampleextension1: 'value',
    comexampleothervalue: 5,
    datacontenttype: 'text/xml',
    data: '<much wow="xml"/>',
  },
  {
    type: 'com.example.someevent',
    source: '/mycontext',
    time: '2018-04-05T17:31:00Z',
    datacontenttype: 'application/json',
    data: { appinfoA: 'abc', appinfoB: 123, appinfoC: true },
  },
];

/**
 * Real events: every webhook payload that GitHub publishes as an example, posted as GitHub posts them, and among them
 * the CloudEvents specification's own, written by the CloudEvents SDK.
 */
export function* workload(count: number, newId: () => string): Generator<Delivery> {
  const payloads = (examples as unknown as { name: string; examples: unknown[] }[]).flatMap(
    ({ name, examples: each }) => each.map((payload) => ({ name, body: JSON.stringify(payload) })),
  );
  for (let i = 0; i < count; i++) {
    const id = newId();
    const payload = payloads[i % payloads.length];
    const example = specificationExamples[Math.floor(i / 5) % specificationExamples.length];
    if (i % 5 === 4 && example !== undefined) yield cloudEvent(id, example, i % 2 === 0);
    else if (payload !== undefined) {
      const headers = { 'content-type': 'application/json', 'x-github-delivery': id, 'x-github-event': payload.name };
      yield { id, headers, body: payload.body };
    }
  }
}

function cloudEvent(
  id: string,
  example: Record<string, unknown> & { type: string; source: string },
  binary: boolean,
): Delivery {
  const event = new CloudEvent({ id, ...example });
  const { headers, body } = binary ? HTTP.binary(event) : HTTP.structured(event);
  return { id, headers: headers as Record<string, string>, body: String(body) };
}
