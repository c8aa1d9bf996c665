import type { IncomingMessage, ServerResponse } from 'node:http';
import { fieldsOfEveryAnswer, type Refusal } from './refuse.ts';

/** Judges the origin of a browser's request: `answered` where it was a preflight, a refusal where it is not on the list. */
export type Cors = (request: IncomingMessage, response: ServerResponse) => Refusal | 'answered' | undefined;

const exposed = 'Retry-After, RateLimit, RateLimit-Policy';
const allowed = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'X-API-Key',
  'webhook-id',
  'X-GitHub-Delivery',
  'X-Shopify-Event-Id',
  'traceparent',
  'tracestate',
];

/** The list, and every CloudEvents attribute that the browser asks for: extensions have any name (HTTP binding, §3.1.3). */
function allowedHeaders(asked = ''): string {
  const attributes = asked.split(',').map((name) => name.trim());
  return [...allowed, ...attributes.filter((name) => /^ce-[a-z0-9]{1,20}$/i.test(name))].join(', ');
}

/** Exact origins, no wildcards and no credentials. Without a list, origins are not looked at, and browsers keep out. */
export function createCors(origins: readonly string[] | undefined): Cors {
  if (origins === undefined) return () => undefined;
  const known = new Set(origins);
  return (request, response) => {
    const { origin } = request.headers;
    if (origin === undefined) return undefined;
    response.setHeader('vary', 'Origin');
    if (!known.has(origin)) return { code: 'forbidden', detail: 'This origin is not on the list of the configuration' };
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', exposed);
    if (request.method !== 'OPTIONS') return undefined;
    response.setHeader('access-control-allow-methods', 'POST');
    response.setHeader(
      'access-control-allow-headers',
      allowedHeaders(request.headers['access-control-request-headers']),
    );
    response.setHeader('access-control-max-age', '600');
    response.writeHead(204, fieldsOfEveryAnswer).end();
    return 'answered';
  };
}
