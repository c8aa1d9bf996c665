import type { Objectives, Recording, Span } from './rule.ts';

/** Receivers look at the same queues, each by itself: the one that knows most counts. */
const seen = (metric: string, labels = '', by = 'namespace, target') => `max by (${by}) (${metric}${labels})`;

/** What panels and alerts ask for again and again. */
export function recordings(span: Span): readonly Recording[] {
  return [
    {
      record: 'namespace_target:eventgw_backlog_messages:sum',
      expr: `sum by (namespace, target) (${seen('eventgw_queue_messages', '{role="main"}', 'namespace, target, state')})`,
    },
    {
      record: 'namespace_target:eventgw_dead_letters:sum',
      expr: `sum by (namespace, target) (${seen('eventgw_queue_messages', '{role="dlq"}', 'namespace, target, state')})`,
    },
    {
      record: 'namespace_target:eventgw_queue_oldest_event_age_seconds:max',
      expr: seen('eventgw_queue_oldest_event_age_seconds'),
    },
    {
      record: 'namespace_target:eventgw_backlog_drain_seconds:max',
      expr: seen('eventgw_backlog_drain_seconds'),
    },
    {
      record: 'namespace_target:eventgw_delivery_attempts:rate5m',
      expr: `sum by (namespace, target) (rate(eventgw_delivery_attempts_total[${span('5m')}]))`,
    },
    {
      record: 'namespace_target:eventgw_limit_utilisation:ratio_rate5m',
      expr: `namespace_target:eventgw_delivery_attempts:rate5m / on (namespace, target) ${seen('eventgw_limit_calls_per_second')}`,
    },
  ];
}

/** What the installation asks of itself, for alerts to compare with. The chart writes these from its values. */
export function objectiveRecordings({ ageSeconds, drainSeconds }: Objectives): readonly Recording[] {
  return [
    { record: 'eventgw:objective_age_seconds', expr: `vector(${ageSeconds})` },
    { record: 'eventgw:objective_drain_seconds', expr: `vector(${drainSeconds})` },
  ];
}
