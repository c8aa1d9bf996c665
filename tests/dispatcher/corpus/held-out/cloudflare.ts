import type { LabelledAnswer } from '../labelled-answer.ts';

export const cloudflare: readonly LabelledAnswer[] = [
  {
    source: 'developers.cloudflare.com changelog 2026-03-12: 1015 with Retry-After',
    status: 429,
    headers: { server: 'cloudflare', 'cf-ray': '8f0-FRA', 'content-type': 'text/html', 'retry-after': '30' },
    body: '<!DOCTYPE html><html><head><title>Access denied | crm.example used Cloudflare to restrict access</title></head><body><h1>Error 1015</h1><h2>You are being rate limited</h2></body></html>',
    field: 'deliver',
    expected: 'throttled',
    waitMs: 30000,
  },
];
