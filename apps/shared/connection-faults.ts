import type { AwsFault } from './aws-faults.ts';

/** Where no answer of AWS comes at all: codes of Node, of undici and of the SDK. */
export const connectionFaults = {
  nameUnknown: {
    when: [{ codes: ['ENOTFOUND', 'EAI_AGAIN'] }],
    wrong: '{service} is not there for the {kind} {name}, as DNS does not know {host}{code}',
    todo: 'correct the {reference}, AWS_REGION or {endpoint}, or let the pod ask DNS',
  },
  unreachable: {
    when: [{ codes: ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'] }],
    wrong: '{service} is not there at {host} for the {kind} {name}{code}',
    todo: 'correct the {reference}, AWS_REGION or {endpoint}, or let the pod out to it',
  },
  untrusted: {
    when: [
      {
        codes: [
          'DEPTH_ZERO_SELF_SIGNED_CERT',
          'SELF_SIGNED_CERT_IN_CHAIN',
          'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
          'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
          'CERT_HAS_EXPIRED',
          'CERT_NOT_YET_VALID',
          'ERR_TLS_CERT_ALTNAME_INVALID',
          'ERR_SSL_WRONG_VERSION_NUMBER',
          'EPROTO',
        ],
      },
    ],
    wrong: 'The TLS of {host}, asked for the {kind} {name}, cannot be trusted{code}',
    todo: 'correct {endpoint}, or name the CA of a proxy that opens TLS in NODE_EXTRA_CA_CERTS',
  },
  silent: {
    when: [
      {
        codes: [
          'ETIMEDOUT',
          'ECONNRESET',
          'EPIPE',
          'TimeoutError',
          'AbortError',
          'UND_ERR_SOCKET',
          'UND_ERR_CONNECT_TIMEOUT',
          'UND_ERR_HEADERS_TIMEOUT',
          'UND_ERR_BODY_TIMEOUT',
        ],
      },
    ],
    wrong: '{service} does not answer in time at {host} for the {kind} {name}{code}',
    todo: 'see that it is up, and that no network policy or proxy is in the way',
  },
} as const satisfies Record<string, AwsFault>;
