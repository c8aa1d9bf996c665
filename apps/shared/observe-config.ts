import * as z from 'zod';

/** `metrics` of the gateway. */
export const metrics = z.strictObject({
  sources: z
    .array(z.string().min(1).max(256))
    .max(20, 'has more than 20 sources: each is a series of its own in every metric of events')
    .default([])
    .describe('Sources of events that are told apart; all others are counted as other'),
});

/** `tracing` of the gateway; where spans go is said by OpenTelemetry's own variables. */
export const tracing = z.strictObject({
  trust: z
    .array(z.string().min(1))
    .default([])
    .describe('Senders whose traces are continued; those of others are linked, as they could make us keep each one'),
  process: z
    .enum(['parent', 'link'], 'is no way to go on: write parent or link')
    .default('parent')
    .describe('Whether the delivery is a part of the trace of its event, or a trace of its own with a link'),
});
