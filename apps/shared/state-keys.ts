import { keyPrefix } from './redis.ts';

/** The ledger's record of an event at a target, by the event's key. */
export function recordKey(instance: string, target: string, key: string): string {
  return `${keyPrefix(instance, target)}e:${key}`;
}

/** The pause of a target's fleet: `UNTIL_MS REASON`, by Redis' clock. */
export function pauseKey(instance: string, target: string): string {
  return `${keyPrefix(instance, target)}pause`;
}

/** Where the fleet of a target tells of a pause, and of its circuit: `MS REASON`. */
export function pauseChannel(instance: string, target: string): string {
  return `${keyPrefix(instance, target)}pauses`;
}

/** Whom throttles met last: RECORD_KEY TIMES. */
export function throttledKey(instance: string, target: string): string {
  return `${keyPrefix(instance, target)}throttled`;
}

/** Whether the target is there, as the fleet found. */
export function circuitKey(instance: string, target: string): string {
  return `${keyPrefix(instance, target)}circuit`;
}

/** The oldest event of the fleet's last receive: `SINCE_MS RECEIVED_AT_MS`, since when it waits and when it was received. */
export function oldestKey(instance: string, target: string): string {
  return `${keyPrefix(instance, target)}oldest`;
}

/** The oldest events that were received and are not settled: their records, by since when they wait, in ms. */
export function unsettledKey(instance: string, target: string): string {
  return `${keyPrefix(instance, target)}unsettled`;
}

/** How long calls to the target take, in ms, as the fleet last found. */
export function latencyKey(instance: string, target: string): string {
  return `${keyPrefix(instance, target)}latency`;
}

/** The key under which the limiter of a target keeps its next free slot. */
export function scheduleKey(instance: string, target: string): string {
  return `${keyPrefix(instance, target)}schedule`;
}

/** The calls in flight of the fleet. */
export function flightKey(instance: string, target: string): string {
  return `${keyPrefix(instance, target)}flight`;
}

/** Who holds which share of the limit. */
export function sharesKey(instance: string, target: string): string {
  return `${keyPrefix(instance, target)}shares`;
}

/** The access token of a fleet, sealed. Who asks with another secret, or for another scope, has another `name`. */
export function tokenKey(instance: string, target: string, name: string): string {
  return `${keyPrefix(instance, target)}token:${name}`;
}

/** Which pod asks for the next one. */
export function tokenLeaseKey(instance: string, target: string, name: string): string {
  return `${keyPrefix(instance, target)}token-lease:${name}`;
}

/** The log of a window that is too long to be paced. */
export function logKey(instance: string, target: string, perMs: number): string {
  return `${keyPrefix(instance, target)}window:${perMs}`;
}

/** A long window is counted in so many buckets, of which the one that it cuts counts whole. */
export const windowBuckets = 600;
