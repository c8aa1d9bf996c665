import type { SecureContext } from 'node:tls';
import { buildConnector, Client, type Dispatcher } from 'undici';
import type { HeaderFields } from './credential.ts';
import type { Slot } from './permit.ts';

/** Why a request was not written; nothing of it reached the target. */
export class NotWritten extends Error {
  readonly why: 'late' | 'unreachable';
  constructor(why: 'late' | 'unreachable', cause?: unknown) {
    super(why === 'late' ? 'The slot had passed before the request could be written' : 'No connection to the target', {
      cause,
    });
    this.name = 'NotWritten';
    this.why = why;
  }
}

/** One for all: a slot that has passed is no surprise, and a stack is not cheap. */
const late = new NotWritten('late');

/** The request was written and its answer did not come whole. */
export class NoAnswer extends Error {
  constructor(cause: unknown) {
    super('The request was written, but its answer did not come whole', { cause });
    this.name = 'NoAnswer';
  }
}

/** As far as anybody looks at header fields; names in lower case. */
export type AnswerHeaders = Pick<Headers, 'get' | 'has'> & Iterable<[string, string]>;

/** A whole answer. */
export interface Exchanged {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
}

/** A POST to the endpoint. */
export interface Written {
  readonly fields: HeaderFields;
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface Connections {
  /** Opens a connection ahead of a slot, unless enough stand open and idle. Nothing is written, so it costs no slot. */
  warm(wanted: number): void;
  /**
   * One call: judges the slot at the very moment of the write. Rejects with {@link NotWritten} or {@link NoAnswer}. Redirects are not followed, as the second request would have no slot.
   */
  exchange(request: Written, slot: Slot, mayWrite: () => boolean): Promise<Exchanged>;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  readonly endpoint: URL;
  readonly connections: number;
  readonly timeoutMs: number;
  /** What new connections show of us, where they show anything. One that shows an older one is replaced once it is idle. */
  readonly secureContext?: (() => SecureContext) | undefined;
  readonly now: () => number;
}

/** A GraphQL answer to a mutation is small; a larger one is a mistake, or an attack on our memory. */
const maxAnswerBytes = 1_048_576;

/** Interim answers (1xx) that may come before the answer: a server that sends one after the other would hold the call for all its time. */
const mostInterim = 10;

type Connector = ReturnType<typeof buildConnector>;

interface Lane {
  readonly client: Client;
  /** With what alert the target refused the certificate that the last connection showed. */
  readonly refused: () => Error | undefined;
  readonly shows: SecureContext | undefined;
  busy: boolean;
  connecting: boolean;
}

export function createConnections(options: ConnectionOptions): Connections {
  const { endpoint, timeoutMs, secureContext, now } = options;
  const path = endpoint.pathname + endpoint.search;
  const newLane = (): Lane => {
    const shows = secureContext?.();
    const connectTimeout = Math.min(timeoutMs, 5_000);
    let alert: Error | undefined;
    const heard = (latest: Error | undefined) => {
      alert = latest;
    };
    const client = new Client(endpoint.origin, {
      pipelining: 1,
      // One call a connection: a lost one then leaves one call in doubt, not many.
      allowH2: false,
      connectTimeout,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      keepAliveTimeout: 60_000,
      maxResponseSize: maxAnswerBytes,
      ...(shows === undefined ? {} : { connect: connectShowing(shows, connectTimeout, heard) }),
    });
    return { client, refused: () => alert, shows, busy: false, connecting: false };
  };
  const lanes = Array.from({ length: options.connections }, newLane);

  const replaceOld = () => {
    for (const [at, lane] of lanes.entries()) {
      if (lane.busy || lane.shows === secureContext?.()) continue;
      lanes[at] = newLane();
      void lane.client.destroy();
    }
  };
  const isOpen = ({ client }: Lane) => client.stats.connected;

  const open = (lane: Lane) => {
    lane.connecting = true;
    const done = () => {
      lane.connecting = false;
    };
    const handler: Dispatcher.DispatchHandler = {
      // Throwing here takes the request back before its first byte and leaves the connection open.
      onRequestStart: () => {
        throw late;
      },
      // Never called, but undici refuses a handler without them before it opens anything.
      onResponseStart: () => undefined,
      onResponseData: () => undefined,
      onResponseEnd: () => undefined,
      onResponseError: done,
    };
    lane.client.dispatch({ path, method: 'POST', body: '' }, handler);
  };

  return {
    warm(wanted) {
      replaceOld();
      const idle = lanes.filter((lane) => !lane.busy);
      const missing = wanted - idle.filter((lane) => isOpen(lane) || lane.connecting).length;
      for (const lane of idle.filter((each) => !isOpen(each) && !each.connecting).slice(0, Math.max(0, missing)))
        open(lane);
    },

    async exchange(request, slot, mayWrite) {
      const idle = lanes.filter((lane) => !lane.busy);
      const lane = idle.find(isOpen) ?? idle.find(({ connecting }) => connecting) ?? idle[0];
      if (lane === undefined) throw late;
      lane.busy = true;
      try {
        return await exchangeOn(lane.client, path, request, () => now() <= slot.lateMs && mayWrite());
      } catch (error) {
        const alert = lane.refused();
        throw error instanceof NoAnswer && alert !== undefined ? new NotWritten('unreachable', alert) : error;
      } finally {
        lane.busy = false;
      }
    },

    async close() {
      await Promise.all(lanes.map(({ client }) => client.destroy()));
    },
  };
}

/**
 * A server of TLS 1.3 judges our certificate after we have begun to write. Where it says no, it has read nothing of what we
 * wrote. undici tells only that the other side closed the connection, so what came first is heard here.
 */
const refusedCertificate =
  /^ERR_SSL_\w*ALERT_(BAD_CERTIFICATE|CERTIFICATE_(REQUIRED|EXPIRED|REVOKED|UNKNOWN)|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED|HANDSHAKE_FAILURE)$/;

type Heard = (alert: Error | undefined) => void;

function connectShowing(secureContext: SecureContext, timeout: number, heard: Heard): Connector {
  const connect = buildConnector({ secureContext, timeout, allowH2: false });
  return (options, callback) => {
    heard(undefined);
    connect(options, (...result) => {
      result[1]?.once('error', (error: NodeJS.ErrnoException) => {
        if (refusedCertificate.test(error.code ?? '')) heard(error);
      });
      callback(...result);
    });
  };
}

const utf8 = new TextDecoder();

type Received = Readonly<Record<string, string | string[] | undefined>>;

/** A `Headers` of its own would convert and check each field anew. */
function headersOf(received: Received): AnswerHeaders {
  const textOf = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value);
  return {
    get: (name) => textOf(received[name.toLowerCase()]) ?? null,
    has: (name) => received[name.toLowerCase()] !== undefined,
    *[Symbol.iterator]() {
      for (const [name, value] of Object.entries(received)) yield [name, textOf(value) ?? ''];
    },
  };
}

/** One request on one connection, from the judgement of its slot to the end of its answer. */
async function exchangeOn(
  client: Client,
  path: string,
  { fields, body, signal }: Written,
  inTime: () => boolean,
): Promise<Exchanged> {
  return new Promise<Exchanged>((resolve, reject) => {
    let written = false;
    let status = 0;
    let interim = 0;
    let received: Received = {};
    const chunks: Buffer[] = [];
    let abort: (() => void) | undefined;
    const end = (settle: () => void) => {
      if (abort !== undefined) signal.removeEventListener('abort', abort);
      settle();
    };
    client.dispatch(
      { path, method: 'POST', headers: fields, body },
      {
        onRequestStart(controller) {
          if (signal.aborted || !inTime()) throw late;
          written = true;
          abort = () => controller.abort(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
          signal.addEventListener('abort', abort);
        },
        onResponseStart(controller, statusCode, headers) {
          if (statusCode < 200 && ++interim > mostInterim) controller.abort(new Error('too many interim answers'));
          status = statusCode;
          received = headers;
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          end(() => resolve({ status, headers: headersOf(received), text: utf8.decode(Buffer.concat(chunks)) }));
        },
        onResponseError(_controller, error) {
          const fault =
            error instanceof NotWritten ? error : written ? new NoAnswer(error) : new NotWritten('unreachable', error);
          end(() => reject(fault));
        },
      },
    );
  });
}
