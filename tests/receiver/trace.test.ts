import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Tracer } from '@opentelemetry/api';
import { createTraceRequest } from '../../apps/receiver/trace.ts';
import { isTraceparent, poolBytes } from '../../apps/shared/tracing.ts';

const request = { method: 'POST', route: '/events', startedMs: 0 };
const inbound = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', tracestate: 'a=1' };

/** Of which no span may be asked. */
const never: Tracer = {
  startSpan: () => {
    throw new Error('A span was begun');
  },
  startActiveSpan: () => {
    throw new Error('A span was begun');
  },
};

describe('a trace that is not kept', () => {
  const traceRequest = (trust: readonly string[]) =>
    createTraceRequest({ tracer: never, ratio: 0.1, trust: new Set(trust), random: () => 0.1, randomBytes });

  it('makes no span, and goes on without a flag that would keep it', () => {
    const trace = traceRequest([])(request);
    const event = trace.event({ sender: 'anybody', inbound, batch: false });
    expect(event).toMatchObject({ kept: false, traceparent: expect.stringMatching(/-00$/) });
    expect(event.traceparent).not.toContain('4bf92f3577b34da6a3ce929d0e0e4736');
    trace.end(202);
    expect(trace.keptId()).toBeUndefined();
  });

  it('is the one that a trusted sender does not keep either', () => {
    const told = { ...inbound, traceparent: inbound.traceparent.replace(/01$/, '00') };
    const event = traceRequest(['orders'])(request).event({ sender: 'orders', inbound: told, batch: false });
    expect(event).toMatchObject({ kept: false, ...told });
  });
});

describe('bytes for ids', () => {
  it('are asked for many at a time, and none is given out twice', () => {
    let asked = 0;
    const take = poolBytes((size) => {
      asked++;
      return randomBytes(size);
    });
    const ids = Array.from({ length: 1_000 }, () => take(24).toString('hex'));
    expect(new Set(ids).size).toBe(1_000);
    expect(asked).toBeLessThan(10);
    expect(isTraceparent(`00-${ids[0]?.slice(0, 32) ?? ''}-${ids[0]?.slice(32) ?? ''}-00`)).toBe(true);
  });
});
