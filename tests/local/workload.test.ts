import { describe, expect, it } from '@jest/globals';
import { cloudEventExamples, makeWorkload, readWebhooks } from '../../apps/local/workload.ts';

let last = 0;
const requests = [...makeWorkload(500, readWebhooks(), () => `id-${++last}`)];

describe('the workload', () => {
  it('has as many events as asked for, each with an id of its own', () => {
    expect(requests).toHaveLength(500);
    expect(new Set(requests.map(({ id }) => id)).size).toBe(500);
  });

  it('sends every published webhook as GitHub does', () => {
    const webhooks = requests.filter(({ headers }) => 'x-github-delivery' in headers);
    expect(new Set(webhooks.map(({ body }) => body))).toEqual(
      new Set(readWebhooks().map(({ payload }) => JSON.stringify(payload))),
    );
    for (const { id, headers } of webhooks) {
      expect(headers).toMatchObject({ 'x-github-delivery': id, 'content-type': 'application/json' });
    }
  });

  it('sends every example of the specification in binary and in structured mode', () => {
    const cloudEvents = requests.filter(({ headers }) => !('x-github-delivery' in headers));
    const binary = cloudEvents.filter(({ headers }) => 'ce-id' in headers);
    const structured = cloudEvents.filter(({ headers }) => headers['content-type']?.includes('cloudevents+json'));
    expect(binary.length + structured.length).toBe(125);
    const shape = ({ source, datacontenttype }: Record<string, unknown>) =>
      [source, datacontenttype].map(String).join(' ');
    const examples = new Set(cloudEventExamples.map((each) => shape({ ...each })));
    const ofBinary = binary.map(({ headers }) =>
      shape({ source: headers['ce-source'], datacontenttype: headers['content-type'] }),
    );
    expect(new Set(ofBinary)).toEqual(examples);
    const bodies = structured.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(new Set(bodies.map(shape))).toEqual(examples);
    expect(bodies.map(({ id }) => id)).toEqual(structured.map(({ id }) => id));
    expect(binary[0]?.body).toBe('<much wow="xml"/>');
  });
});
