/** Series by their name and labels, and their values in steps as promtool writes them (`0+1x30`: 30 more, each 1 more). */
export type Series = Readonly<Record<string, string>>;

/** What an alert is to notice, and its neighbour, that it must leave alone. */
export interface AlertCase {
  readonly alert: string;
  /** Of several of one name. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The fault. */
  readonly fires: Series;
  /** As near to the fault as may be without being it. */
  readonly silent: Series;
  /** When both are looked at. */
  readonly afterMinutes: number;
  /** How far apart values are, where that is no minute: days of minutes take long to judge. */
  readonly everyMinutes?: number;
}

/** For how long, and in which steps, in minutes. */
export interface Spans {
  readonly minutes: number;
  readonly every: number;
}

const main = (count: number | string, state = 'visible') => ({
  [`eventgw_queue_messages{target="crm",role="main",state="${state}"}`]: `${count}x60`,
});
const steady = (series: string, value: number | string) => ({ [series]: `${value}x60` });
const limit = (calls: number) => steady('eventgw_limit_calls_per_second{target="crm"}', calls);
const dispatcher = steady('eventgw_dispatcher_concurrency_limit{target="crm",pod="a"}', 5);
/** So many a second. */
export const counter = (series: string, perSecond: number, { minutes, every }: Spans = { minutes: 60, every: 1 }) => ({
  [series]: `0+${perSecond * 60 * every}x${minutes / every}`,
});
const attempts = (outcome: string, perSecond: number) =>
  counter(`eventgw_delivery_attempts_total{target="crm",outcome="${outcome}"}`, perSecond);
const circuit = (open: 0 | 1) => steady('eventgw_target_circuit_open{target="crm"}', open);
const paused = (reason: string, value: string) => ({
  [`eventgw_target_paused{target="crm",reason="${reason}"}`]: value,
});
const notPaused = paused('throttled', '0x60');

const histogram = (fast: number, slow: number) => ({
  ...counter('eventgw_target_request_duration_seconds_bucket{target="crm",code="200",le="0.5"}', fast),
  ...counter('eventgw_target_request_duration_seconds_bucket{target="crm",code="200",le="5"}', fast + slow),
  ...counter('eventgw_target_request_duration_seconds_bucket{target="crm",code="200",le="+Inf"}', fast + slow),
  ...steady('eventgw_target_latency_expected_seconds{target="crm"}', 1),
});

const idle = { ...limit(10), ...dispatcher, ...circuit(0), ...notPaused };

export const alertCases: readonly AlertCase[] = [
  {
    alert: 'EventGatewayDeadLetters',
    fires: steady('eventgw_queue_messages{target="crm",role="dlq",state="visible"}', 1),
    silent: { ...main(100), ...steady('eventgw_queue_messages{target="crm",role="dlq",state="visible"}', 0) },
    afterMinutes: 5,
  },
  {
    alert: 'EventGatewayEventsTooOld',
    fires: steady('eventgw_queue_oldest_event_age_seconds{target="crm"}', 3_601),
    silent: steady('eventgw_queue_oldest_event_age_seconds{target="crm"}', 3_599),
    afterMinutes: 10,
  },
  {
    alert: 'EventGatewayRetentionAtRisk',
    fires: {
      ...steady('eventgw_queue_oldest_event_age_seconds{target="crm"}', 604_801),
      ...steady('eventgw_queue_retention_seconds{target="crm"}', 1_209_600),
    },
    silent: {
      ...steady('eventgw_queue_oldest_event_age_seconds{target="crm"}', 604_799),
      ...steady('eventgw_queue_retention_seconds{target="crm"}', 1_209_600),
    },
    afterMinutes: 10,
  },
  {
    alert: 'EventGatewayBacklogLong',
    fires: steady('eventgw_backlog_drain_seconds{target="crm"}', 14_401),
    silent: steady('eventgw_backlog_drain_seconds{target="crm"}', 14_399),
    afterMinutes: 10,
  },
  {
    alert: 'EventGatewayBacklogRefused',
    fires: counter('eventgw_events_received_total{result="backlog_full"}', 1),
    silent: counter('eventgw_events_received_total{result="rate_limited"}', 1),
    afterMinutes: 10,
  },
  {
    alert: 'EventGatewayDispatcherGone',
    fires: main(5),
    silent: { ...main(5), ...dispatcher },
    afterMinutes: 10,
  },
  {
    alert: 'EventGatewayUtilisationLow',
    fires: { ...idle, ...main(700), ...attempts('delivered', 4) },
    // As slow, with a target that does not answer.
    silent: { ...idle, ...circuit(1), ...main(700), ...attempts('delivered', 4) },
    afterMinutes: 30,
  },
  {
    alert: 'EventGatewayUtilisationLow',
    fires: { ...idle, ...main(700), ...attempts('delivered', 4) },
    // As slow, with nearly nothing to do.
    silent: { ...idle, ...main(500), ...attempts('delivered', 4) },
    afterMinutes: 30,
  },
  { alert: 'EventGatewayCircuitOpen', fires: circuit(1), silent: circuit(0), afterMinutes: 10 },
  {
    alert: 'EventGatewayTargetUnauthorised',
    fires: paused('unauthorised', '1x60'),
    silent: paused('throttled', '1x60'),
    afterMinutes: 5,
  },
  {
    alert: 'EventGatewayTargetThrottled',
    fires: paused('throttled', '1 0 0 1 0 1 0 0 1 0 1 0 0 1 0 1 0 0 1 0 1 0 0 1 0'),
    silent: paused('throttled', '1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0 0'),
    afterMinutes: 24,
  },
  {
    alert: 'EventGatewayTargetFailing',
    fires: { ...attempts('delivered', 8), ...attempts('failed', 1), ...attempts('in_doubt', 1) },
    silent: { ...attempts('delivered', 9.1), ...attempts('failed', 0.9), ...attempts('refused', 5) },
    afterMinutes: 30,
  },
  { alert: 'EventGatewayTargetSlow', fires: histogram(4, 6), silent: histogram(9.6, 0.4), afterMinutes: 30 },
  {
    alert: 'EventGatewayLimiterBlind',
    fires: steady('eventgw_redis_up{app="receiver"}', 0),
    silent: steady('eventgw_redis_up{app="receiver"}', 1),
    afterMinutes: 5,
  },
  {
    alert: 'EventGatewayLimiterBlind',
    fires: steady('eventgw_limiter_degraded{target="crm",mode="share"}', 1),
    silent: steady('eventgw_limiter_degraded{target="crm",mode="share"}', 0),
    afterMinutes: 5,
  },
  {
    alert: 'EventGatewayLedgerFull',
    fires: { ...steady('eventgw_redis_memory_used_bytes', 81), ...steady('eventgw_redis_memory_limit_bytes', 100) },
    silent: { ...steady('eventgw_redis_memory_used_bytes', 79), ...steady('eventgw_redis_memory_limit_bytes', 100) },
    afterMinutes: 10,
  },
  {
    alert: 'EventGatewayQueueUnreadable',
    fires: steady('eventgw_queue_look_last_success_timestamp_seconds{target="crm"}', 0),
    silent: { 'eventgw_queue_look_last_success_timestamp_seconds{target="crm"}': '0+60x60' },
    afterMinutes: 10,
  },
  {
    alert: 'EventGatewayReceiverGone',
    fires: steady('eventgw_build_info{app="dispatcher"}', 1),
    silent: steady('eventgw_build_info{app="receiver"}', 1),
    afterMinutes: 10,
  },
  {
    alert: 'EventGatewayReceiverSaturated',
    fires: {
      ...steady('eventgw_http_inflight_requests', 850),
      ...steady('eventgw_http_inflight_requests_limit', 1_000),
    },
    silent: {
      ...steady('eventgw_http_inflight_requests', 750),
      ...steady('eventgw_http_inflight_requests_limit', 1_000),
    },
    afterMinutes: 10,
  },
  {
    alert: 'EventGatewayAuthFailures',
    fires: counter('eventgw_auth_attempts_total{method="api_key",result="unknown"}', 2),
    silent: {
      ...counter('eventgw_auth_attempts_total{method="api_key",result="unknown"}', 0.5),
      ...counter('eventgw_auth_attempts_total{method="api_key",result="ok"}', 500),
    },
    afterMinutes: 20,
  },
  {
    alert: 'EventGatewaySlotsGivenUp',
    fires: {
      ...counter('eventgw_limiter_slots_total{target="crm",result="granted"}', 10),
      ...counter('eventgw_limiter_slots_total{target="crm",result="late"}', 0.6),
    },
    silent: {
      ...counter('eventgw_limiter_slots_total{target="crm",result="granted"}', 10),
      ...counter('eventgw_limiter_slots_total{target="crm",result="late"}', 0.4),
      ...counter('eventgw_limiter_slots_total{target="crm",result="stopped"}', 5),
    },
    afterMinutes: 30,
  },
  {
    alert: 'EventGatewayClockDrift',
    fires: steady('eventgw_clock_offset_seconds', -1.5),
    silent: steady('eventgw_clock_offset_seconds', -0.5),
    afterMinutes: 10,
  },
  {
    alert: 'EventGatewayHoldsLost',
    fires: counter('eventgw_messages_returned_total{target="crm",outcome="lost"}', 0.1),
    silent: counter('eventgw_messages_returned_total{target="crm",outcome="parked"}', 10),
    afterMinutes: 10,
  },
  {
    alert: 'EventGatewayKedaErrors',
    fires: {
      ...counter('keda_scaled_object_errors_total{exported_namespace="events",scaledObject="event-gateway-crm"}', 0.1),
      ...steady('eventgw_build_info{app="receiver",namespace="events"}', 1),
    },
    // Of somebody else in the same cluster.
    silent: {
      ...counter('keda_scaled_object_errors_total{exported_namespace="others",scaledObject="theirs"}', 0.1),
      ...steady('eventgw_build_info{app="receiver",namespace="events"}', 1),
    },
    afterMinutes: 30,
  },
];
