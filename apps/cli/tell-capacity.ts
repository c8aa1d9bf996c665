import { planCapacity, type Capacity } from './capacity.ts';
import type { PlanCapacity } from './capacity-command.ts';
import { costs } from './costs.ts';
import { jsonLine, span, spanName, type Ended, type Flat, type Print } from './print.ts';

export async function tellCapacity(command: PlanCapacity, { out }: Pick<Print, 'out'>): Promise<Ended> {
  const capacity = planCapacity(command.load);
  await out(command.json ? jsonLine(flat(command, capacity)) : pageOf(command, capacity));
  return { ok: true };
}

/** Two digits of what is small, none of what is large. */
const count = (value: number) =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });

const plural = (value: number, noun: string) => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

function pageOf({ load, assumed }: PlanCapacity, capacity: Capacity): string {
  const { backlog, receiver, dispatcher, redis, sqs } = capacity;
  const line = (name: string, text: string) => `${name.padEnd(14)} ${text}`;
  const windows = load.limit.windows.filter(({ per }) => per !== assumed?.per).map(windowText);
  return [
    verdict(load, backlog),
    '',
    line('limit', `${count(backlog.sustainedPerSecond)} events/s are delivered at least, of ${windows.join(' and ')}`),
    ...(assumed === undefined
      ? []
      : [line('', `gateway.yaml asks for a window of 10s at most besides: ${windowText(assumed)} stands for it here`)]),
    line('backlog', backlogText(backlog)),
    ...(load.burst === 0 ? [] : [line('burst', burstText(load.burst, backlog))]),
    line('backlog_full', fullText(load, backlog)),
    line('receiver', `${plural(receiver.pods, 'pod')}, ${coresText(receiver.cores)} in all`),
    line('dispatcher', dispatcherText(load, capacity)),
    line(
      'redis',
      `${plural(redis.operationsPerSecond, 'operation')}/s, ${coresText(redis.cores)} of Redis; ${bytesText(redis.ledgerBytes)} for the ledger of ${costs.ledgerDays.value}d`,
    ),
    line('sqs', sqsText(sqs)),
    ...(dispatcher.pods <= dispatcher.mostPods * load.targets
      ? []
      : [
          '',
          `The chart starts no more than ${plural(dispatcher.mostPods, 'dispatcher')} a target, as it knows of calls, not of CPU: set maxReplicas and beyondUseful.`,
        ]),
  ].join('\n');
}

const windowText = ({ calls, per }: { readonly calls: number; readonly per: number }) =>
  `${count(calls)} calls per ${spanName(per)}`;

function verdict({ eventsPerSecond, targets }: PlanCapacity['load'], backlog: Capacity['backlog']): string {
  const of = targets === 1 ? '' : `For each of ${count(targets)} targets `;
  const come = `${of}${plural(eventsPerSecond, 'event')} a second`;
  const is = eventsPerSecond === 1 ? 'is' : 'are';
  return backlog.growthPerSecond > 0
    ? `${come} ${is} more than the limit lets through: the backlog grows without end, by ${count(backlog.growthPerSecond)} a second.`
    : `${come} ${is} within the limit: no backlog stays.`;
}

function backlogText({ growthPerSecond, hourDrainsMs, sustainedPerSecond, deliveredPerSecond }: Capacity['backlog']) {
  if (growthPerSecond === 0) {
    const spare = sustainedPerSecond - deliveredPerSecond;
    return spare === 0 ? 'stays as it is' : `drains by ${count(spare)} events/s`;
  }
  return `grows by ${count(growthPerSecond)} events/s; what an hour brings drains in ${span(hourDrainsMs)}, once nothing comes`;
}

function burstText(burst: number, { burstDrainsMs, mostEvents }: Capacity['backlog']): string {
  const drains = burstDrainsMs === Infinity ? 'never drain at this rate' : `drain in ${span(burstDrainsMs)}`;
  const refused = burst > mostEvents ? `; only ${count(Math.floor(mostEvents))} of them are taken` : '';
  return `${plural(burst, 'event')} ${drains}${refused}`;
}

function fullText({ retentionMs }: PlanCapacity['load'], { fullAfterMs, mostEvents }: Capacity['backlog']): string {
  const when =
    fullAfterMs === Infinity ? 'never at this rate' : fullAfterMs === 0 ? 'at once' : `after ${span(fullAfterMs)}`;
  return `${when}: senders are refused beyond ${count(Math.floor(mostEvents))} events, what the limit allows in half of the ${spanName(retentionMs)} that the queue keeps them`;
}

function dispatcherText(
  { limit, latencyMs, targets }: PlanCapacity['load'],
  { dispatcher, backlog }: Capacity,
): string {
  const calls = (backlog.busiestPerSecond * latencyMs) / 1_000;
  const each = targets === 1 ? '' : ' a target';
  return `${plural(dispatcher.pods, 'pod')}, ${coresText(dispatcher.cores)} in all: ${plural(calls, 'call')} at once${each}, ${limit.concurrency} in a pod; the chart starts ${count(dispatcher.mostPods)}${each} at most`;
}

function sqsText({ sends, receives, deletes, hides, looks, dollarsPerMonth }: Capacity['sqs']): string {
  const parts = { sends, receives, deletes, 'changes of visibility': hides, looks };
  const named = Object.entries(parts).map(([name, perSecond]) => `${count(perSecond)} ${name}`);
  const all = sends + receives + deletes + hides + looks;
  return `${count(all)} requests/s (${named.join(', ')}); $${count(dollarsPerMonth)} a month`;
}

const coresText = (cores: number) => (cores < 0.01 ? 'less than 0.01 cores' : plural(cores, 'core'));

function bytesText(bytes: number): string {
  const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes / 1_024;
  let at = 0;
  while (value >= 1_024 && at < units.length - 1) {
    value /= 1_024;
    at++;
  }
  return `${count(value)} ${units[at] ?? ''}`;
}

/** Figures to six digits: what is behind them is no measurement any more. */
const rounded = (value: number) => Number(value.toPrecision(6));
const seconds = (ms: number) => (ms === Infinity ? null : rounded(ms / 1_000));

function flat({ load }: PlanCapacity, { backlog, receiver, dispatcher, redis, sqs }: Capacity): Flat {
  return {
    events_per_second: load.eventsPerSecond,
    targets: load.targets,
    event_bytes: load.bytes,
    sustained_per_second: rounded(backlog.sustainedPerSecond),
    delivered_per_second: rounded(backlog.deliveredPerSecond),
    is_within_limit: backlog.growthPerSecond === 0,
    backlog_growth_per_second: rounded(backlog.growthPerSecond),
    hour_drains_seconds: seconds(backlog.hourDrainsMs),
    burst_drains_seconds: seconds(backlog.burstDrainsMs),
    backlog_full_events: Math.floor(backlog.mostEvents),
    backlog_full_after_seconds: seconds(backlog.fullAfterMs),
    receiver_pods: receiver.pods,
    receiver_cores: rounded(receiver.cores),
    dispatcher_pods: dispatcher.pods,
    dispatcher_most_pods: dispatcher.mostPods,
    dispatcher_cores: rounded(dispatcher.cores),
    redis_operations_per_second: rounded(redis.operationsPerSecond),
    redis_cores: rounded(redis.cores),
    ledger_bytes: Math.round(redis.ledgerBytes),
    sqs_sends_per_second: rounded(sqs.sends),
    sqs_receives_per_second: rounded(sqs.receives),
    sqs_deletes_per_second: rounded(sqs.deletes),
    sqs_hides_per_second: rounded(sqs.hides),
    sqs_looks_per_second: rounded(sqs.looks),
    sqs_billed_per_second: rounded(sqs.billedPerSecond),
    sqs_dollars_per_month: rounded(sqs.dollarsPerMonth),
  };
}
