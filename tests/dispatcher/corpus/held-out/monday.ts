import type { LabelledAnswer } from '../labelled-answer.ts';

export const monday: readonly LabelledAnswer[] = [
  {
    source: 'reconstructed from code that handles maxConcurrencyExceeded',
    status: 429,
    headers: { 'content-type': 'application/json', 'retry-after': '10' },
    body: '{"errors":[{"message":"Max concurrent queries exceeded","extensions":{"code":"maxConcurrencyExceeded"}}]}',
    field: 'create_item',
    expected: 'throttled',
    waitMs: 10000,
  },
  {
    source: 'developer.monday.com/api-reference/docs/error-handling: RateLimit header; reconstructed from its text',
    status: 429,
    headers: {
      'content-type': 'application/json',
      'ratelimit-policy': '"minute";q=1000;w=60',
      ratelimit: '"minute";r=0;t=27',
    },
    body: '{"errors":[{"message":"Rate limit exceeded","extensions":{"code":"RATE_LIMIT_EXCEEDED"}}]}',
    field: 'create_item',
    expected: 'throttled',
    waitMs: 27000,
  },
  {
    source:
      'developer.monday.com/api-reference/docs/error-handling: InvalidBoardIdException; reconstructed from code that handles it',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Board not found","path":["create_item"],"extensions":{"code":"InvalidBoardIdException","status_code":200}}],"data":null}',
    field: 'create_item',
    expected: 'refused',
  },
  {
    source: 'reconstructed from developer.monday.com/api-reference/docs/error-handling: Internal server error',
    status: 500,
    headers: { 'content-type': 'application/json' },
    body: '{"error_message":"Internal server error","error_code":"INTERNAL_SERVER_ERROR","status_code":500}',
    field: 'create_item',
    expected: 'failed',
  },
  {
    source: 'reconstructed from developer.monday.com/api-reference/docs/error-handling: parse error',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Parse error on \\")\\" (RPAREN) at [2, 5]","extensions":{"code":"ParseError","status_code":200}}]}',
    field: 'create_item',
    expected: 'refused',
  },
];
