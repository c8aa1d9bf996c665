import { counter, type AlertCase, type Series, type Spans } from './alert-cases.ts';

/** A ratio that goes wrong from the beginning on: `bad` of `all` a second, for as long as the window of the alert. */
const accepted = (bad: number, spans: Spans) => ({
  ...counter('eventgw_events_received_total{result="accepted"}', 10 - bad, spans),
  ...counter('eventgw_events_received_total{result="unavailable"}', bad, spans),
});
const ended = (failed: number, spans: Spans) => ({
  ...counter('eventgw_events_completed_total{target="crm",outcome="delivered"}', 10 - failed, spans),
  ...counter('eventgw_events_completed_total{target="crm",outcome="dead_lettered"}', failed, spans),
  ...counter('eventgw_events_dead_lettered_total{target="crm",class="failed"}', failed, spans),
});
const delivered = (late: number, spans: Spans, calls = 100) => ({
  ...counter('eventgw_event_end_to_end_seconds_bucket{target="crm",outcome="delivered",le="300"}', 10 - late, spans),
  ...counter('eventgw_event_end_to_end_seconds_count{target="crm",outcome="delivered"}', 10, spans),
  // As it was recorded: in large steps it cannot be.
  'namespace_target:eventgw_limit_utilisation:ratio_rate5m{target="crm"}': `${10 / calls}x${spans.minutes / spans.every}`,
});
const burnWindows = [
  { long: '1h', short: '5m', minutes: 70, every: 1, factor: 14.4 },
  { long: '6h', short: '30m', minutes: 400, every: 5, factor: 6 },
  { long: '1d', short: '2h', minutes: 1_520, every: 20, factor: 3 },
  { long: '3d', short: '6h', minutes: 4_560, every: 60, factor: 1 },
];
const burn = (alert: string, budget: number, series: (bad: number, spans: Spans) => Series): readonly AlertCase[] =>
  burnWindows.map(({ long, short, factor, ...spans }) => ({
    alert,
    labels: { long, short },
    // A little above the threshold, and a little below.
    fires: series(10 * budget * factor * 1.1, spans),
    silent: series(10 * budget * factor * 0.9, spans),
    afterMinutes: spans.minutes,
    everyMinutes: spans.every,
  }));

/** Of each objective, each pair of windows. */
export const burnCases: readonly AlertCase[] = [
  ...burn('EventGatewayAcceptanceBudgetBurn', 0.001, accepted),
  ...burn('EventGatewayDeliveryBudgetBurn', 0.001, ended),
  ...burn('EventGatewayFreshnessBudgetBurn', 0.01, delivered),
  {
    alert: 'EventGatewayFreshnessBudgetBurn',
    labels: { long: '1h', short: '5m' },
    fires: delivered(5, { minutes: 70, every: 1 }),
    // As late, at a limit that is fully used.
    silent: delivered(5, { minutes: 70, every: 1 }, 10),
    afterMinutes: 70,
  },
];
