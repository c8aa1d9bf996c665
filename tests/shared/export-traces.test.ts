import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readTracing, tracingEnvironment, withoutEmpty } from '../../apps/shared/export-traces.ts';

const environment = z.object(tracingEnvironment);
const read = (env: Record<string, string>) => readTracing(environment.parse(withoutEmpty(env)));
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('where traces go', () => {
  it.each<[Record<string, string>]>([
    [{}],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    [{ ...endpoint, OTEL_SDK_DISABLED: 'true' }],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }],
  ])('is nowhere with %j', (env) => {
    expect(read(env)).toBeUndefined();
  });

  it.each<[Record<string, string>, object]>([
    [endpoint, { ratio: 0.1, delayMs: 5_000, serviceName: undefined }],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://c/v1/traces' }, { ratio: 0.1 }],
    [
      { ...endpoint, OTEL_TRACES_SAMPLER_ARG: '0.5', OTEL_SERVICE_NAME: 'mine' },
      { ratio: 0.5, serviceName: 'mine' },
    ],
    [{ ...endpoint, OTEL_TRACES_SAMPLER: 'parentbased_always_on', OTEL_TRACES_SAMPLER_ARG: '' }, { ratio: 1 }],
    [{ ...endpoint, OTEL_TRACES_SAMPLER: 'always_off' }, { ratio: 0 }],
  ])('is told by %j', (env, settings) => {
    expect(read(env)).toMatchObject(settings);
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'is no http(s) URL'],
    [{ OTEL_TRACES_SAMPLER: 'sometimes' }, 'is no sampler of OpenTelemetry'],
    [{ OTEL_TRACES_SAMPLER_ARG: 'half' }, 'is no part of 1'],
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'is no exporter of ours: write otlp or none'],
  ])('is refused where %j says nothing that can be done', (env, message) => {
    expect(environment.safeParse(env).error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});
