import type { Tracer } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import * as z from 'zod';
import { nameError, type Log } from './log.ts';

const url = z.url({
  protocol: /^https?$/,
  error: 'is no http(s) URL: write where the collector is, as http://HOST:4318',
});
const part = 'is no part of 1: write a number from 0 to 1, such as 0.1';

/** OpenTelemetry's own variables, as far as they are looked at here; the exporter reads the rest of OTEL_EXPORTER_OTLP_* itself. */
export const tracingEnvironment = {
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url.optional(),
  OTEL_SDK_DISABLED: z.enum(['true', 'false']).default('false'),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], 'is no exporter of ours: write otlp or none').default('otlp'),
  OTEL_TRACES_SAMPLER: z
    .enum(
      [
        'always_on',
        'always_off',
        'traceidratio',
        'parentbased_always_on',
        'parentbased_always_off',
        'parentbased_traceidratio',
      ],
      'is no sampler of OpenTelemetry that is known here: write parentbased_traceidratio, always_on or always_off',
    )
    .default('parentbased_traceidratio'),
  // Of each trace that is kept, spans are made and sent on the way of the event: one in ten tells as much, and costs a tenth.
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number<string>(part).min(0, part).max(1, part).default(0.1),
  OTEL_BSP_SCHEDULE_DELAY: z.coerce.number<string>('is no number of ms').int().min(0).max(600_000).default(5_000),
  OTEL_SERVICE_NAME: z.string().min(1).optional(),
};

/** OpenTelemetry takes an empty variable for one that is not set. */
export function withoutEmpty(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => !(name.startsWith('OTEL_') && value === '')));
}

type TracingVariables = z.output<z.ZodObject<typeof tracingEnvironment>>;

export interface TracingSettings {
  /** The part of the traces that begin here which is kept, from 0 to 1. */
  readonly ratio: number;
  readonly serviceName: string | undefined;
  /** How long spans wait to be sent together. */
  readonly delayMs: number;
}

/** `undefined` where nobody is told of traces. */
export function readTracing(variables: TracingVariables): TracingSettings | undefined {
  const { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: part, OTEL_SERVICE_NAME: serviceName } = variables;
  const endpoint = variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? variables.OTEL_EXPORTER_OTLP_ENDPOINT;
  const isOff = variables.OTEL_SDK_DISABLED === 'true' || variables.OTEL_TRACES_EXPORTER === 'none';
  if (endpoint === undefined || isOff) return undefined;
  const delayMs = variables.OTEL_BSP_SCHEDULE_DELAY;
  return { delayMs, ratio: sampler.endsWith('always_on') ? 1 : sampler.endsWith('always_off') ? 0 : part, serviceName };
}

export interface Tracing {
  readonly ratio: number;
  readonly tracer: Tracer;
  /** Sends what was not sent yet. */
  readonly close: () => Promise<void>;
}

/** Spans wait for so long at most; what the collector does not take by the end of a pod is lost. */
const closeWithinMs = 2_000;

/** Often enough to be found, seldom enough to be read. */
const tellEveryMs = 60_000;

export interface TellNotSent {
  readonly log: Pick<Log, 'warn'>;
  /** Monotonic, ms. */
  readonly now: () => number;
}

/** Spans that no collector took are lost, and nobody would know. */
export function tellNotSent(exporter: SpanExporter, { log, now }: TellNotSent): SpanExporter {
  let toldMs = -Infinity;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error !== undefined && now() >= toldMs + tellEveryMs) {
          toldMs = now();
          const advice = 'the collector does not take them: start it, or correct OTEL_EXPORTER_OTLP_ENDPOINT';
          log.warn({ spans: spans.length, error: nameError(result.error), advice }, 'traces.not_sent');
        }
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

/**
 * Sends spans by OTLP over HTTP. The SDK is loaded here and nowhere else, and only where traces are wanted. It keeps every
 * span that it is asked for: whether a trace is kept is decided before its first span, so that the others cost nothing.
 */
export async function startTracing(
  app: { readonly name: string; readonly version: string; readonly instance: string },
  { ratio, delayMs, serviceName = `event-gateway-${app.name}` }: TracingSettings,
  tell: TellNotSent,
): Promise<Tracing> {
  const [
    { BatchSpanProcessor, TracerProvider, AlwaysOnSampler },
    { OTLPTraceExporter },
    { defaultResource, resourceFromAttributes },
  ] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
  ]);
  const resource = resourceFromAttributes({
    'service.name': serviceName,
    'service.version': app.version,
    'service.namespace': app.instance,
  });
  const provider = new TracerProvider({
    resource: defaultResource().merge(resource),
    sampler: new AlwaysOnSampler(),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: tellNotSent(new OTLPTraceExporter(), tell), scheduledDelayMillis: delayMs }),
    ],
  });
  return {
    ratio,
    tracer: provider.getTracer('event-gateway', app.version),
    async close() {
      const over = Promise.withResolvers<undefined>();
      const timer = setTimeout(() => over.resolve(undefined), closeWithinMs);
      await Promise.race([provider.shutdown().catch(() => undefined), over.promise]);
      clearTimeout(timer);
    },
  };
}
