import { maxEventBytes } from '../shared/limits.ts';
import { answerWithinMs, maxBatchBytes, maxBatchEvents, maxBodyBytes } from './limits.ts';
import { refusals, type RefusalCode } from './refuse.ts';

const problem = { $ref: '#/components/schemas/Problem' };
const receipt = { $ref: '#/components/schemas/Receipt' };
const json = (schema: unknown) => ({ 'application/json': { schema } });

/** Refusals of one path, by status: several codes may share one. */
function refusalsOf(codes: readonly RefusalCode[]) {
  const statuses = Map.groupBy(codes, (code) => refusals[code].status);
  return Object.fromEntries(
    [...statuses].map(([status, shared]) => [
      String(status),
      {
        description: shared.map((code) => `\`${code}\`: ${refusals[code].when}`).join('; '),
        ...(shared.some((code) => refusals[code].retry)
          ? { headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds to wait' } } }
          : {}),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  );
}

/** What no operation can declare: the answer to a path or a method that is not served. */
const otherwise = {
  default: { description: 'Any other refusal', content: { 'application/problem+json': { schema: problem } } },
};

/** Attributes of an event in binary mode (CloudEvents HTTP binding 1.0.2, §3.1); extensions are `ce-` headers too. */
const binaryParameters = ['specversion', 'id', 'source', 'type', 'time', 'subject', 'dataschema'].map((name) => ({
  name: `ce-${name}`,
  in: 'header',
  description: `The attribute ${name} of a binary CloudEvent, percent-encoded`,
  schema: { type: 'string' },
}));

const requestCodes = [
  'malformed',
  'unauthenticated',
  'forbidden',
  'timeout',
  'too_large',
  'unsupported_media_type',
  'rate_limited',
  'headers_too_large',
  'internal',
  'saturated',
] as const;

const cloudEvent = {
  type: 'object',
  required: ['specversion', 'id', 'source', 'type'],
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', minLength: 1 },
    source: { type: 'string', minLength: 1 },
    type: { type: 'string', minLength: 1 },
    time: { type: 'string', format: 'date-time' },
    data: {},
    data_base64: { type: 'string' },
  },
};

const components = {
  securitySchemes: {
    apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
    bearer: { type: 'http', scheme: 'bearer' },
  },
  schemas: {
    Receipt: {
      type: 'object',
      required: ['id', 'status', 'targets'],
      additionalProperties: false,
      properties: {
        id: { type: 'string' },
        status: { const: 'queued' },
        targets: { type: 'array', items: { type: 'string' }, minItems: 1 },
      },
    },
    BatchReceipt: {
      type: 'object',
      required: ['results'],
      additionalProperties: false,
      properties: { results: { type: 'array', items: { anyOf: [receipt, problem] }, minItems: 1 } },
    },
    Problem: {
      type: 'object',
      description: 'RFC 9457',
      required: ['type', 'title', 'status', 'code', 'detail'],
      additionalProperties: false,
      properties: {
        type: { type: 'string' },
        title: { type: 'string' },
        status: { type: 'integer' },
        code: { enum: Object.keys(refusals) },
        detail: { type: 'string' },
        id: { type: 'string', description: 'Of the event' },
        errors: {
          type: 'array',
          items: {
            type: 'object',
            required: ['pointer', 'detail'],
            additionalProperties: false,
            properties: { pointer: { type: 'string' }, detail: { type: 'string' } },
          },
        },
        queued: { type: 'array', items: { type: 'string' }, description: 'Targets whose queue has it already' },
      },
    },
  },
};

/** What the receiver serves, as OpenAPI 3.1; made from the table of refusals and the limits that it keeps. */
export function createOpenApi(version: string) {
  const event = {
    'application/cloudevents+json': { schema: cloudEvent },
    'application/json': { schema: { type: 'object' } },
    '*/*': { schema: {} },
  };
  const batch = {
    'application/cloudevents-batch+json': { schema: { type: 'array', items: cloudEvent, maxItems: maxBatchEvents } },
    'application/json': { schema: { type: 'array', items: { type: 'object' }, maxItems: maxBatchEvents } },
  };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Event Gateway',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: `Takes events and keeps them in a queue. 202 means that the queue has confirmed the event; an answer comes within ${answerWithinMs} ms. An event is at most ${maxEventBytes} bytes on the queue, a body ${maxBodyBytes}, a batch ${maxBatchBytes}.`,
    },
    security: [{ apiKey: [] }, { bearer: [] }],
    paths: {
      '/events': {
        post: {
          operationId: 'sendEvent',
          summary: 'Send one event: a CloudEvent, structured or binary, or plain JSON',
          parameters: [
            {
              name: 'Idempotency-Key',
              in: 'header',
              description: 'The id of a plain JSON event; its member "id" serves too',
              schema: { type: 'string' },
            },
            ...binaryParameters,
          ],
          requestBody: { required: true, content: event },
          responses: {
            '202': { description: 'Every queue of the event has confirmed it', content: json(receipt) },
            ...refusalsOf([
              ...requestCodes,
              'issuer_unavailable',
              'invalid',
              'no_route',
              'unavailable',
              'backlog_full',
            ]),
            ...otherwise,
          },
        },
      },
      '/events/batch': {
        post: {
          operationId: 'sendEvents',
          summary: `Send up to ${maxBatchEvents} events, each judged by itself`,
          requestBody: { required: true, content: batch },
          responses: {
            '202': { description: 'All are queued', content: json({ $ref: '#/components/schemas/BatchReceipt' }) },
            '207': {
              description: 'Some are not; a result an event',
              content: json({ $ref: '#/components/schemas/BatchReceipt' }),
            },
            ...refusalsOf([...requestCodes, 'issuer_unavailable']),
            ...otherwise,
          },
        },
      },
      '/webhooks/{name}': {
        post: {
          operationId: 'sendWebhook',
          summary: 'Take a signed webhook; which headers sign it is up to the scheme of the webhook',
          security: [],
          parameters: [{ name: 'name', in: 'path', required: true, schema: { type: 'string' } }],
          requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
          responses: {
            '202': { description: 'Every queue of the event has confirmed it', content: json(receipt) },
            ...refusalsOf([...requestCodes, 'not_found', 'invalid', 'no_route', 'unavailable', 'backlog_full']),
            ...otherwise,
          },
        },
      },
      '/openapi.json': {
        get: {
          operationId: 'getOpenApi',
          summary: 'This document',
          security: [],
          responses: { '200': { description: 'OpenAPI 3.1', content: json({ type: 'object' }) }, ...otherwise },
        },
      },
    },
    components,
  };
}
