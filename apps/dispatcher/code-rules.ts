import { throttleFamily, type Fate, type Rule } from './outcome-rules.ts';

/** What a target's own configuration says of codes. */
export type OutcomeCodes = Readonly<Partial<Record<Fate, readonly string[] | undefined>>>;

export interface CodeRules {
  /** What a target's own entries make of a code. */
  readonly own: (code: string) => Rule | undefined;
  /** What they or the built-in rules do. */
  readonly any: (code: string) => Rule | undefined;
}

interface Row extends Rule {
  /** As they are spelled somewhere; see `fold`. */
  readonly codes: string;
}

/** The codes that APIs and servers document, by what they mean. A target's own entries stand before them. */
const builtIn: readonly Row[] = [
  {
    fate: 'throttled',
    codes: `THROTTLED THROTTLING 429 RATE_LIMIT RATE_LIMITED RATE_LIMIT_EXCEEDED TOO_MANY_REQUESTS REQUESTS_EXCEEDED
      RESOURCE_EXHAUSTED RESOURCE_LIMIT LIMIT_EXCEEDED REQUEST_CONCURRENCY_LIMITED`,
  },
  // monday
  {
    fate: 'throttled',
    codes: `COMPLEXITY_BUDGET_EXHAUSTED ComplexityException DAILY_LIMIT_EXCEEDED FIELD_LIMIT_EXCEEDED
      maxConcurrencyExceeded`,
  },
  // AppSync, whose data source is what is throttled
  { fate: 'throttled', codes: 'DynamoDB:ProvisionedThroughputExceededException' },
  {
    fate: 'unauthorised',
    codes: `UNAUTHENTICATED UNAUTHORIZED AUTHENTICATION_ERROR AUTH_ERROR AUTH_NOT_AUTHENTICATED INVALID_TOKEN
      TOKEN_EXPIRED ExpiredTokenException ExpiredSignatureError INVALID_CREDENTIALS`,
  },
  // AWS, of a signature or the key that made it
  {
    fate: 'unauthorised',
    codes: 'UnrecognizedClientException InvalidSignatureException IncompleteSignatureException InvalidClientTokenId',
  },
  // Hasura; Adobe Commerce
  { fate: 'unauthorised', codes: 'invalid-jwt invalid-headers graphql-authorization' },
  {
    fate: 'refused',
    codes: `BAD_REQUEST BAD_USER_INPUT INVALID_INPUT INPUT_ERROR VALIDATION FAILED_VALIDATION UNPROCESSABLE
      UNPROCESSABLE_CONTENT FAILED_PRECONDITION NOT_FOUND DUPLICATE_FIELD`,
  },
  {
    fate: 'refused',
    codes: `FORBIDDEN ACCESS_DENIED PERMISSION_DENIED AUTHORIZATION AUTH_NOT_AUTHORIZED INSUFFICIENT_SCOPES
      UNAUTHORIZED_FIELD_OR_TYPE FEATURE_NOT_ACCESSIBLE USAGE_LIMIT_EXCEEDED UserUnauthorizedException`,
  },
  // The mutation itself
  {
    fate: 'refused',
    codes: `GRAPHQL_PARSE_FAILED GRAPHQL_PARSE_ERROR PARSING_ERROR ParseError INVALID_SYNTAX GRAPHQL_VALIDATION_FAILED
      OPERATION_VALIDATION_ERROR OPERATION_RESOLUTION_FAILURE GRAPHQL_UNKNOWN_OPERATION_NAME INVALID_VARIABLE
      VALIDATION_INVALID_TYPE_VARIABLE undefinedField argumentLiteralsIncompatible
      PERSISTED_QUERY_NOT_SUPPORTED PERSISTED_QUERY_ID_REQUIRED QUERY_NOT_IN_SAFELIST
      OPERATION_NOT_ALLOWLISTED`,
  },
  // Too large for ever, however long one waits
  {
    fate: 'refused',
    codes: `MAX_COST_EXCEEDED COST_ESTIMATED_TOO_EXPENSIVE QUERY_PLAN_COMPLEXITY_EXCEEDED RESOURCE_LIMITS_EXCEEDED
      MAX_DEPTH_LIMIT MAX_HEIGHT_LIMIT MAX_ALIASES_LIMIT MAX_ROOT_FIELDS_LIMIT depth-limit-exceeded
      node-limit-exceeded ResolverExecutionLimitReached`,
  },
  // Hasura; monday; AppSync; Adobe Commerce
  { fate: 'refused', codes: 'constraint-violation validation-failed permission-error data-exception parse-failed' },
  { fate: 'refused', codes: 'ColumnValueException InvalidBoardIdException' },
  { fate: 'refused', codes: 'ConditionalCheckFailedException ConflictUnhandled MalformedHttpRequestException' },
  { fate: 'refused', codes: 'graphql-input graphql-no-such-entity' },
  { fate: 'unavailable', codes: 'SERVICE_UNAVAILABLE UNAVAILABLE OVER_CAPACITY SHOP_INACTIVE API_TEMPORARILY_BLOCKED' },
  { fate: 'unavailable', mayHaveRun: true, codes: 'GATEWAY_TIMEOUT BAD_GATEWAY SERVICE_AVAILABILITY' },
  {
    fate: 'failed',
    mayHaveRun: true,
    codes: `INTERNAL_SERVER_ERROR INTERNAL INTERNAL_FAILURE UNEXPECTED UNKNOWN TIMEOUT REQUEST_TIMEOUT ExecutionTimeout
      time-limit-exceeded LOCK_TIMEOUT ExecutionAborted DOWNSTREAM_SERVICE_ERROR SUBREQUEST_HTTP_ERROR
      HTTP_CLIENT_ERROR RESPONSE_VALIDATION_FAILED REQUEST_LIMIT_EXCEEDED postgres-error MappingTemplate
      Lambda:Unhandled DynamoDB:DynamoDbException`,
  },
];

/** Words that one API means otherwise than the others do: Hasura an unknown caller, AppSync a missing right. */
const inThisSpelling = new Map<string, Rule>([
  ['access-denied', { fate: 'unauthorised' }],
  ['Unauthorized', { fate: 'refused' }],
]);

const byCode = new Map(builtIn.flatMap(({ codes, ...rule }) => codes.split(/\s+/).map((code) => [fold(code), rule])));

export function createCodeRules(codes: OutcomeCodes = {}): CodeRules {
  const owned = new Map<string, Rule>();
  for (const [fate, list = []] of Object.entries(codes) as [Fate, readonly string[] | undefined][]) {
    for (const code of list) owned.set(fold(code), fate === 'failed' ? { fate, mayHaveRun: true } : { fate });
  }
  const own = (code: string) => owned.get(fold(code));
  return {
    own,
    any: (code) =>
      own(code) ??
      inThisSpelling.get(code) ??
      byCode.get(fold(code)) ??
      (throttleFamily.test(fold(code)) ? { fate: 'throttled' } : undefined),
  };
}

/**
 * Case, separators, a namespace before a colon, and a last `Error` or `Exception` do not matter: `RATE_LIMITED` and
 * `rate-limited` are one code, and so are `DynamoDB:ThrottlingException` and `THROTTLING`.
 */
function fold(code: string): string {
  return code
    .slice(code.lastIndexOf(':') + 1)
    .replace(/[^A-Za-z0-9]/g, '')
    .toUpperCase()
    .replace(/(.)(?:EXCEPTION|ERROR)$/, '$1');
}
