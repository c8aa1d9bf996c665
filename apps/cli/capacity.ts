import type { Limit } from '../shared/limit-config.ts';
import { usefulReplicas } from '../shared/useful-replicas.ts';
import { costs } from './costs.ts';

/** What is to be carried. */
export interface Load {
  /** Of each target. */
  readonly eventsPerSecond: number;
  /** Of each target, as `gateway.yaml` has it. */
  readonly limit: Limit;
  /** Of an event on the queue. */
  readonly bytes: number;
  /** Targets of this kind. */
  readonly targets: number;
  /** Events of each target that wait already. */
  readonly burst: number;
  /** How long a call takes: `latency` of the target. */
  readonly latencyMs: number;
  /** How long the queue keeps a message. */
  readonly retentionMs: number;
}

/** What it takes, and what becomes of the backlog. */
export interface Capacity {
  /** Of each target; `Infinity` ms is never. */
  readonly backlog: {
    readonly sustainedPerSecond: number;
    /** In the long run. */
    readonly deliveredPerSecond: number;
    /** While a backlog drains, too. */
    readonly busiestPerSecond: number;
    readonly growthPerSecond: number;
    /** What comes in an hour, where nothing comes after it. */
    readonly hourDrainsMs: number;
    readonly burstDrainsMs: number;
    /** With more than these the receiver answers `backlog_full`. */
    readonly mostEvents: number;
    readonly fullAfterMs: number;
  };
  readonly receiver: { readonly pods: number; readonly cores: number };
  /** `mostPods`: of each target, as many as the chart starts. */
  readonly dispatcher: { readonly pods: number; readonly mostPods: number; readonly cores: number };
  readonly redis: { readonly operationsPerSecond: number; readonly cores: number; readonly ledgerBytes: number };
  readonly sqs: Requests & { readonly billedPerSecond: number; readonly dollarsPerMonth: number };
}

/** Of all targets, each second. */
export interface Requests {
  readonly sends: number;
  readonly receives: number;
  readonly deletes: number;
  readonly hides: number;
  /** For the attributes of queues: by receivers, KEDA and the autoscaler. */
  readonly looks: number;
}

/** The costs were measured with events of so many bytes. */
const usualBytes = 500;

const kilobyte = 1_024;
const hourSeconds = 3_600;
const daySeconds = 86_400;
const monthSeconds = 30 * daySeconds;

/** Each figure is one formula of docs/capacity.md, in its order. */
export function planCapacity(load: Load): Capacity {
  const backlog = backlogOf(load);
  const arriving = load.eventsPerSecond * load.targets;
  const delivered = backlog.deliveredPerSecond * load.targets;
  const busiest = backlog.busiestPerSecond * load.targets;
  const receiver = receiversOf(load);
  const dispatcher = dispatchersOf(load, backlog.busiestPerSecond);
  const requests = requestsOf(load, backlog, receiver.pods, dispatcher.pods);
  const billedPerSecond =
    requests.sends * chunksOf(load.bytes, arriving / requests.sends) +
    requests.receives * chunksOf(load.bytes, delivered / requests.receives) +
    requests.deletes +
    requests.hides +
    requests.looks;
  return {
    backlog,
    receiver,
    dispatcher,
    redis: {
      operationsPerSecond: arriving * costs.throttleTrips.value + busiest * costs.ledgerTrips.value,
      cores: (arriving * costs.throttleUs.value + busiest * costs.ledgerUs.value) / 1e6,
      ledgerBytes: delivered * daySeconds * costs.ledgerDays.value * costs.ledgerBytes.value,
    },
    sqs: { ...requests, billedPerSecond, dollarsPerMonth: dollarsFor(billedPerSecond * monthSeconds) },
  };
}

function backlogOf({ eventsPerSecond, limit, burst, retentionMs }: Load): Capacity['backlog'] {
  const { windows, margin } = limit;
  const used = ({ calls, per }: Limit['windows'][number]) =>
    Math.min((costs.utilisation.value * calls) / per, calls / (per + margin));
  const sustainedPerSecond = 1_000 * Math.min(...windows.map(used));
  const growthPerSecond = Math.max(0, eventsPerSecond - sustainedPerSecond);
  const sparePerSecond = sustainedPerSecond - eventsPerSecond;
  const mostEvents = Math.min(...windows.map(({ calls, per }) => calls / per)) * (retentionMs / 2);
  const msFor = (events: number, perSecond: number) => (perSecond > 0 ? (1_000 * events) / perSecond : Infinity);
  return {
    sustainedPerSecond,
    deliveredPerSecond: Math.min(eventsPerSecond, sustainedPerSecond),
    busiestPerSecond: burst > 0 ? sustainedPerSecond : Math.min(eventsPerSecond, sustainedPerSecond),
    growthPerSecond,
    hourDrainsMs: msFor(growthPerSecond * hourSeconds, sustainedPerSecond),
    burstDrainsMs: burst === 0 ? 0 : msFor(burst, sparePerSecond),
    mostEvents,
    fullAfterMs: burst > mostEvents ? 0 : msFor(mostEvents - burst, growthPerSecond),
  };
}

const kilobytesBeyond = (bytes: number) => Math.max(0, bytes - usualBytes) / kilobyte;

/** The more receivers there are, the fewer events find company in a request, and the more requests are to be made. */
function receiversOf({ eventsPerSecond, targets, bytes }: Load): Capacity['receiver'] {
  const eventUs = costs.receiverUs.value + costs.receiverKbUs.value * kilobytesBeyond(bytes);
  const coresOf = (pods: number) => {
    const requests = 1 / entriesOf(eventsPerSecond / pods, costs.sendGatherMs.value, bytes);
    const moreUs = costs.receiverSendUs.value * (requests - 1 / costs.batchEntries.value);
    return (eventsPerSecond * targets * (eventUs + moreUs)) / 1e6;
  };
  const podsFor = (cores: number) => Math.ceil(cores / costs.podCore.value);
  let pods: number = costs.receiverLeastPods.value;
  while (podsFor(coresOf(pods)) > pods) pods = podsFor(coresOf(pods));
  return { pods, cores: coresOf(pods) };
}

/**
 * A pod is short of calls at once long before it is short of CPU, where calls take long. A quiet one wakes for each event; a
 * busy one finds the next when it has done with the last.
 */
function dispatchersOf({ limit, latencyMs, targets, bytes }: Load, perSecond: number): Capacity['dispatcher'] {
  const eventUs = costs.dispatcherUs.value + costs.dispatcherKbUs.value * kilobytesBeyond(bytes);
  const awake = (podPerSecond: number) =>
    Math.min(costs.dispatcherAwake.value, (podPerSecond * costs.dispatcherWakeUs.value) / 1e6);
  const coresOf = (pods: number) => (perSecond * eventUs) / 1e6 + pods * awake(perSecond / pods);
  const podsFor = (cores: number) => Math.ceil(cores / costs.podCore.value);
  let pods = Math.max(1, Math.ceil((perSecond * latencyMs) / 1_000 / limit.concurrency));
  while (podsFor(coresOf(pods)) > pods) pods = podsFor(coresOf(pods));
  return { pods: pods * targets, mostPods: usefulReplicas(limit, latencyMs), cores: coresOf(pods) * targets };
}

/** Events in a request that gathers for so long. */
function entriesOf(eventsPerSecond: number, gatherMs: number, bytes = 1): number {
  const fit = Math.max(1, Math.floor(costs.batchBytes.value / bytes));
  return Math.min(costs.batchEntries.value, fit, 1 + (eventsPerSecond * gatherMs) / 1_000);
}

function requestsOf(load: Load, backlog: Capacity['backlog'], receivers: number, dispatchers: number): Requests {
  const { eventsPerSecond, targets, bytes } = load;
  const { deliveredPerSecond, growthPerSecond } = backlog;
  const perPod = (deliveredPerSecond * targets) / dispatchers;
  // Of a backlog each receive brings as many as it may.
  const received = growthPerSecond > 0 ? costs.batchEntries.value : entriesOf(perPod, costs.receiveGatherMs.value);
  const delivered = deliveredPerSecond * targets;
  const looksPerTarget =
    (2 * receivers) / costs.lookSeconds.value + 1 / costs.kedaSeconds.value + 1 / costs.hpaSeconds.value;
  return {
    sends: (eventsPerSecond * targets) / entriesOf(eventsPerSecond / receivers, costs.sendGatherMs.value, bytes),
    receives: Math.max(delivered / received, dispatchers / costs.pollSeconds.value),
    deletes: delivered / entriesOf(perPod, costs.deleteGatherMs.value),
    hides: delivered * costs.hides.value,
    looks: looksPerTarget * targets,
  };
}

/** What SQS bills a request of so many events as. */
function chunksOf(bytes: number, events: number): number {
  return Math.max(1, Math.ceil((bytes * events) / costs.billedBytes.value));
}

const tierRequests = 100e9;

function dollarsFor(requests: number): number {
  const within = (from: number, to: number) => Math.max(0, Math.min(requests, to) - from) / 1e6;
  return (
    within(0, tierRequests) * costs.price.value +
    within(tierRequests, 2 * tierRequests) * costs.priceFrom100.value +
    within(2 * tierRequests, Infinity) * costs.priceFrom200.value
  );
}
