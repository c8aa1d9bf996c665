import type { LabelledAnswer } from '../labelled-answer.ts';

export const github: readonly LabelledAnswer[] = [
  {
    source: 'github/docs#22607: 200 with an error and nothing remaining; no type',
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1767225660',
      'x-ratelimit-resource': 'graphql',
    },
    body: '{"errors":[{"message":"API rate limit exceeded for installation ID 1."}]}',
    field: 'createIssue',
    expected: 'throttled',
    waitMs: 60000,
  },
  {
    source: 'all-contributors/cli#53: 200 and a message that is no GraphQL',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"message":"API rate limit exceeded for 0.0.0.0. (But here\'s the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)","documentation_url":"https://developer.github.com/v3/#rate-limiting"}',
    field: 'createIssue',
    expected: 'throttled',
    waitMs: null,
  },
  {
    source: 'docs.github.com rate limits: secondary, 403, no retry-after, limit not exhausted: at least a minute',
    status: 403,
    headers: {
      'content-type': 'application/json',
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '4990',
      'x-ratelimit-reset': '1767228600',
      'x-ratelimit-resource': 'graphql',
    },
    body: '{"documentation_url":"https://docs.github.com/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api#secondary-rate-limits","message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID 0403:094E."}',
    field: 'createIssue',
    expected: 'throttled',
    waitMs: 60000,
  },
  {
    source: 'reconstructed from docs.github.com, Bad credentials',
    status: 401,
    headers: { 'content-type': 'application/json' },
    body: '{"message":"Bad credentials","documentation_url":"https://docs.github.com/graphql","status":"401"}',
    field: 'createIssue',
    expected: 'unauthorised',
  },
  {
    source: 'reconstructed from reports of FORBIDDEN: Resource not accessible by integration',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Resource not accessible by integration","path":["createIssue"],"extensions":{"saml_failure":false},"type":"FORBIDDEN"}],"data":{"createIssue":null}}',
    field: 'createIssue',
    expected: 'refused',
  },
];
