import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGateway, type Gateway } from '../support/gateway.ts';

describe('what the apps tell', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway({ config: { metrics: { sources: ['/known'] } } });
  });
  afterAll(() => gateway.close());

  const send = (event: object, headers: Record<string, string> = {}) =>
    gateway.send(
      { specversion: '1.0', source: '/known', type: 'order.created', ...event },
      {
        'content-type': 'application/cloudevents+json',
        ...headers,
      },
    );

  it('counts each step of the trip of each event', async () => {
    await gateway.admin('POST', '/faults', { fault: 'userErrors', match: { id: 'refused' } });
    await send({ id: 'one' });
    await send({ id: 'two', source: '/unknown' });
    await send({ id: 'refused' });
    await send({ id: 'three' }, { 'x-api-key': '' });
    await send({ id: 'three' }, { 'x-api-key': 'egw_' });
    await gateway.delivered(2);
    const [dispatcher] = gateway.dispatchers;
    if (dispatcher === undefined) throw new Error('There is no dispatcher');
    await dispatcher.logged(({ outcome }) => outcome === 'refused');
    // The receiver looks each 5 s.
    const deadlineMs = performance.now() + 20_000;
    const seen = /queue_messages\{target="crm",role="dlq",state="visible"\} 1$/m;
    while (!seen.test(await gateway.receiver.metrics())) {
      if (performance.now() > deadlineMs) throw new Error('The dead letter was not seen');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const receiverLines = (await gateway.receiver.metrics()).split('\n');
    const sizes = receiverLines.find((line) => line.startsWith('eventgw_event_size_bytes_sum{source="/known"}'));
    // Two events, each with its envelope.
    expect(Number(sizes?.split(' ')[1])).toBeGreaterThan(500);
    const line = await gateway.receiver.logged(({ source }) => source === '/known');
    expect(line).toMatchObject({
      msg: 'event.received',
      event_id: expect.any(String) as unknown,
      type: expect.any(String) as unknown,
      sender: expect.any(String) as unknown,
      targets: ['crm'],
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
      outcome: 'queued',
      duration_ms: expect.any(Number) as unknown,
    });
    expect(receiverLines).toEqual(
      expect.arrayContaining([
        'eventgw_events_received_total{source="/known",result="accepted"} 2',
        'eventgw_events_received_total{source="other",result="accepted"} 1',
        'eventgw_events_received_total{source="other",result="unauthenticated"} 2',
        'eventgw_event_size_bytes_count{source="/known"} 2',
        'eventgw_auth_attempts_total{method="api_key",result="ok"} 3',
        'eventgw_auth_attempts_total{method="api_key",result="missing"} 1',
        'eventgw_auth_attempts_total{method="api_key",result="malformed"} 1',
        'eventgw_http_request_duration_seconds_count{method="POST",route="/events",code="202"} 3',
        'eventgw_limit_calls_per_second{target="crm"} 50',
        'eventgw_target_circuit_open{target="crm"} 0',
        'eventgw_redis_up{app="receiver"} 1',
        'eventgw_queue_oldest_event_age_seconds{target="crm"} 0',
      ]),
    );
    expect((await dispatcher.metrics()).split('\n')).toEqual(
      expect.arrayContaining([
        'eventgw_messages_received_total{target="crm"} 3',
        'eventgw_message_receive_count_bucket{le="1",target="crm"} 3',
        'eventgw_message_queue_wait_seconds_count{target="crm"} 3',
        'eventgw_ledger_claims_total{target="crm",result="claimed"} 3',
        'eventgw_limiter_wait_seconds_count{target="crm"} 3',
        'eventgw_delivery_attempts_total{target="crm",outcome="delivered"} 2',
        'eventgw_delivery_attempts_total{target="crm",outcome="refused"} 1',
        'eventgw_events_completed_total{target="crm",outcome="delivered"} 2',
        'eventgw_events_dead_lettered_total{target="crm",class="refused"} 1',
        'eventgw_events_dead_lettered_total{target="crm",class="failed"} 0',
        'eventgw_event_end_to_end_seconds_count{target="crm",outcome="dead_lettered"} 1',
        'eventgw_target_request_duration_seconds_count{target="crm",code="200"} 3',
        'eventgw_redis_up{app="dispatcher"} 1',
      ]),
    );
  });
});
