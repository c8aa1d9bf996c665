import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spanText, startTraceReceiver, type Span, type TraceReceiver } from '../observability/otlp.ts';
import { startGateway, type Gateway } from '../support/gateway.ts';

const inbound = () => `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
const idsOf = (traceparent: string) => {
  const [, traceId, spanId] = traceparent.split('-');
  return { traceId, spanId };
};

async function until<T>(look: () => T | undefined, withinMs = 20_000): Promise<T> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > deadlineMs) throw new Error('It did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe.each(['parent', 'link'] as const)('an event whose delivery has its creation as %s', (process) => {
  let collector: TraceReceiver;
  let gateway: Gateway;
  beforeAll(async () => {
    collector = await startTraceReceiver();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    };
    gateway = await startGateway({
      env,
      config: { tracing: { process, trust: process === 'parent' ? [] : ['tests'] } },
    });
  });
  afterAll(async () => {
    await gateway.close();
    await collector.close();
    gateway.planted.lookIn(collector.spans.map(spanText));
  });

  const spansOf = (id: string): Promise<readonly Span[]> =>
    until(() => {
      const own = collector.spans.filter(({ attributes }) => attributes['cloudevents.event_id'] === id);
      const traces = new Set(own.map(({ traceId }) => traceId));
      const spans = collector.spans.filter(({ traceId }) => traces.has(traceId));
      // The trip's own span ends last, and the request's when the answer is out.
      const ended = spans.some(({ name }) => name === 'process events') && spans.some(({ kind }) => kind === 'server');
      return ended ? spans : undefined;
    });

  it('is one tree, from the request to the target', async () => {
    const traceparent = inbound();
    const response = await gateway.send(
      { id: 'one', type: 'order.created', note: 'for nobody but the target' },
      { traceparent },
    );
    expect(response.status).toBe(202);
    const spans = await spansOf('one');
    const named = (name: string) => {
      const found = spans.filter((span) => span.name === name);
      const [only] = found;
      if (only === undefined || found.length > 1) throw new Error(`There are ${found.length} spans ${name}`);
      return only;
    };
    const server = named('POST /events');
    const create = named('create events');
    const trip = named('process events');
    expect(server).toMatchObject({ kind: 'server', service: 'event-gateway-receiver' });
    expect(server.attributes).toMatchObject({ 'http.response.status_code': 202, 'http.route': '/events' });
    expect(create).toMatchObject({ kind: 'producer', parentId: server.spanId, traceId: server.traceId });
    expect(create.attributes).toMatchObject({ 'eventgw.outcome': 'queued', 'messaging.system': 'aws_sqs' });
    expect(trip).toMatchObject({ kind: 'consumer', service: 'event-gateway-dispatcher' });
    expect(trip.attributes).toMatchObject({ 'eventgw.outcome': 'delivered', 'messaging.destination.name': 'crm' });
    if (process === 'parent') {
      expect(trip).toMatchObject({ parentId: create.spanId, traceId: create.traceId, links: [] });
      // Anybody may send a traceparent: it is linked, and not continued.
      expect(server.parentId).toBe('');
      expect(create.links).toEqual([idsOf(traceparent)]);
    } else {
      expect(trip).toMatchObject({ parentId: '', links: [{ traceId: create.traceId, spanId: create.spanId }] });
      expect(trip.traceId).not.toBe(create.traceId);
      expect(server).toMatchObject({ parentId: idsOf(traceparent).spanId, traceId: idsOf(traceparent).traceId });
    }
    for (const name of ['limiter acquire', 'POST', 'settle']) {
      expect(named(name)).toMatchObject({ parentId: trip.spanId, traceId: trip.traceId });
    }
    expect(named('POST')).toMatchObject({ kind: 'client' });
    expect(named('POST').attributes).toMatchObject({
      'http.response.status_code': 200,
      'graphql.operation.type': 'mutation',
      'graphql.operation.name': 'Deliver',
    });
    const calls = await gateway.admin<readonly { traceparent: string | null }[]>('GET', '/calls');
    const { traceId, spanId } = named('POST');
    expect(calls.map((call) => call.traceparent)).toContain(`00-${traceId}-${spanId}-01`);
    for (const { name, startNs, endNs } of spans) {
      const [startMs, endMs] = [Number(startNs / 1_000_000n), Number(endNs / 1_000_000n)];
      // Some begin by the monotonic clock, which counts from the start of its process.
      expect({ name, isNow: Math.abs(Date.now() - startMs) < 60_000, ends: endMs >= startMs }).toEqual({
        name,
        isNow: true,
        ends: true,
      });
    }
  });

  it('has a trace of its own in a batch, linked to the request', async () => {
    const ids = ['b-1', 'b-2', 'b-3'];
    const response = await fetch(`${gateway.url}/events/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': gateway.key },
      body: JSON.stringify(ids.map((id) => ({ id }))),
    });
    expect(response.status).toBe(202);
    const creates = await until(() => {
      const found = collector.spans.filter(
        ({ name, attributes }) => name === 'create events' && ids.includes(String(attributes['cloudevents.event_id'])),
      );
      const request = collector.spans.find(({ name }) => name === 'POST /events/batch');
      return found.length === ids.length && request !== undefined ? { found, request } : undefined;
    });
    const { found, request } = creates;
    expect(new Set([...found.map(({ traceId }) => traceId), request.traceId]).size).toBe(4);
    for (const create of found) {
      expect(create.links).toEqual([{ traceId: request.traceId, spanId: request.spanId }]);
    }
  });

  it('tells of a request that is turned away', async () => {
    const response = await gateway.send('{"no":"id"}');
    expect(response.status).toBe(400);
    const refused = await until(() =>
      collector.spans.find(({ attributes }) => attributes['http.response.status_code'] === 400),
    );
    expect(refused).toMatchObject({ name: 'POST /events', kind: 'server', failed: false });
  });

  it('is found by what was measured, and its logs by the trace', async () => {
    const { log } = gateway.receiver;
    const line = log.find((each) => each['event_id'] === 'one');
    const spans = await spansOf('one');
    expect(spans.map(({ traceId }) => traceId)).toContain(line?.['trace_id']);
    const ops = `http://127.0.0.1:${String(gateway.receiver.listening['ops_port'])}/metrics`;
    const response = await fetch(ops);
    expect(response.headers.get('content-type')).toContain('openmetrics');
    const text = await response.text();
    // Prometheus refuses the whole page for a line after that one.
    expect(text).toMatch(/[^\n]\n# EOF\n$/);
    const ids = [...text.matchAll(/trace_id="([0-9a-f]{32})"/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.filter((id) => !collector.spans.some(({ traceId }) => traceId === id))).toEqual([]);
  });
});
