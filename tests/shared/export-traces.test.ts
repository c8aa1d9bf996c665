import { describe, expect, it } from '@jest/globals';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { z } from 'zod';
import { readTracing, tellNotSent, tracingEnvironment, withoutEmpty } from '../../apps/shared/export-traces.ts';

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
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
      'is no http(s) URL: write where the collector is, as http://HOST:4318',
    ],
    [
      { OTEL_TRACES_SAMPLER: 'sometimes' },
      'is no sampler of OpenTelemetry that is known here: write parentbased_traceidratio, always_on or always_off',
    ],
    [{ OTEL_TRACES_SAMPLER_ARG: 'half' }, 'is no part of 1: write a number from 0 to 1, such as 0.1'],
    [{ OTEL_TRACES_SAMPLER_ARG: '10' }, 'is no part of 1: write a number from 0 to 1, such as 0.1'],
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'is no exporter of ours: write otlp or none'],
  ])('is refused where %j says nothing that can be done', (env, message) => {
    expect(environment.safeParse(env).error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});

describe('spans that no collector takes', () => {
  it('are told of with what to do, once a minute', () => {
    const told: object[] = [];
    let nowMs = 0;
    let result: ExportResult = { code: ExportResultCode.FAILED, error: new Error('never shown') };
    const exporter = tellNotSent(
      { export: (_spans, done) => done(result), shutdown: () => Promise.resolve() },
      { log: { warn: (fields: object) => void told.push(fields) }, now: () => nowMs },
    );
    const send = () => {
      let code: ExportResultCode | undefined;
      exporter.export([], (each) => (code = each.code));
      return code;
    };
    expect([send(), send()]).toEqual([ExportResultCode.FAILED, ExportResultCode.FAILED]);
    expect(told).toEqual([
      { spans: 0, error: 'Error', advice: expect.stringContaining('OTEL_EXPORTER_OTLP_ENDPOINT') },
    ]);
    nowMs = 60_000;
    send();
    expect(told).toHaveLength(2);
    nowMs = 120_000;
    result = { code: ExportResultCode.SUCCESS };
    expect(send()).toBe(ExportResultCode.SUCCESS);
    expect(told).toHaveLength(2);
  });
});
