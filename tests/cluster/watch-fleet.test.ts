import { describe, expect, it } from '@jest/globals';
import type { Event } from './kubernetes.ts';
import { watchFleet } from './watch-fleet.ts';

const labels = { 'app.kubernetes.io/component': 'dispatcher', 'event-gateway/target': 'crm' };

const startedAt = '2026-01-01T00:00:00Z';

function podEvent(
  type: Event['type'],
  uid: string,
  more: { isReady?: boolean; deleted?: boolean; phase?: string } = {},
) {
  const { isReady = false, deleted = false, phase = 'Running' } = more;
  return {
    type,
    object: {
      metadata: { name: `crm-${uid}`, uid, labels, ...(deleted ? { deletionTimestamp: startedAt } : {}) },
      status: {
        phase,
        conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
        containerStatuses: [{ restartCount: 0, state: { running: { startedAt } }, lastState: {} }],
      },
    },
  };
}

function watched() {
  const heard = new Map<string, (event: Event) => void>();
  const started: string[] = [];
  const watch = (path: string, tell: (event: Event) => void) => {
    heard.set(path.includes('/pods?') ? 'pods' : 'deployments', tell);
    return () => Promise.resolve();
  };
  const fleet = watchFleet({ watch }, 'events', (pod) => started.push(pod));
  return {
    fleet,
    started,
    pod: (...event: Parameters<typeof podEvent>) => heard.get('pods')?.(podEvent(...event)),
    replicas: (replicas: number) =>
      heard.get('deployments')?.({ type: 'MODIFIED', object: { metadata: { labels }, spec: { replicas } } }),
  };
}

describe('the watch of a fleet', () => {
  it('counts pods that are neither ended nor told to end', () => {
    const { fleet, pod } = watched();
    pod('ADDED', 'a');
    pod('ADDED', 'b', { isReady: true });
    pod('MODIFIED', 'a', { isReady: true });
    pod('MODIFIED', 'b', { isReady: true, deleted: true });
    expect(fleet.counts('crm').map(({ count }) => count)).toEqual([1, 2, 1]);
    expect(fleet.pods().map(({ isGone }) => isGone)).toEqual([false, false]);
    pod('ADDED', 'c', { phase: 'Failed' });
    pod('DELETED', 'b', { deleted: true });
    expect(fleet.counts('crm').map(({ count }) => count)).toEqual([1, 2, 1]);
    expect(fleet.alive('dispatcher', 'crm').map(({ uid }) => uid)).toEqual(['a']);
    expect(fleet.alive('dispatcher', 'billing')).toEqual([]);
    expect(fleet.pods().map(({ isGone }) => isGone)).toEqual([false, true, false]);
  });

  it('keeps when a pod was ready for the first time, and tells once of each container', () => {
    const { fleet, pod, started } = watched();
    pod('ADDED', 'a');
    expect(fleet.pods()[0]?.readyEpochMs).toBeUndefined();
    pod('MODIFIED', 'a', { isReady: true });
    const first = fleet.pods()[0]?.readyEpochMs;
    pod('MODIFIED', 'a', { isReady: false });
    expect(first).toBeDefined();
    expect(fleet.pods()[0]).toMatchObject({
      readyEpochMs: first,
      startedEpochMs: Date.parse(startedAt),
      isReady: false,
    });
    expect(started).toEqual(['crm-a']);
  });

  it('notes what the autoscaler asks for, where it changes', () => {
    const { fleet, replicas } = watched();
    for (const count of [1, 1, 8, 8, 0]) replicas(count);
    expect(fleet.desired('crm').map(({ count }) => count)).toEqual([1, 8, 0]);
  });
});
