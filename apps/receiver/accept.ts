import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { maxBatchBytes, maxBodyBytes } from './limits.ts';
import { refused, type Refused } from './refuse.ts';

/** How an event is written, by its content type (CloudEvents HTTP binding 1.0.2, §3; plain JSON is our own). */
export type Form = 'structured' | 'binary' | 'batch' | 'plain' | 'plain-batch' | 'webhook';

/** What the path takes. */
export type Expected = 'one' | 'batch' | 'webhook';

/** A request whose bytes are all here and are what their content type says they may be. */
export interface Accepted {
  readonly ok: true;
  readonly form: Form;
  readonly headers: IncomingHttpHeaders;
  /** Without parameters, in lower case; empty when there was none. */
  readonly mediaType: string;
  readonly body: Buffer;
  /** Monotonic: when the last byte came. The answer is due from here. */
  readonly completeAtMs: number;
  /** RFC 3339, UTC. */
  readonly receivedAt: string;
}

export interface AcceptDeps {
  readonly now: () => number;
  /** The time as RFC 3339, UTC. */
  readonly isoTime: () => string;
}

/** Holds memory for so much of a body until its answer is out: the event lives as long. False when too much is held already. */
export type Hold = (bytes: number) => boolean;

/** Judges content type and encoding before reading, and stops reading at the limit. */
export function accept(
  request: IncomingMessage,
  hold: Hold,
  expected: Expected,
  deps: AcceptDeps,
): Promise<Accepted | Refused> | Accepted | Refused {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return refused('unsupported_media_type', `Content-Encoding ${clip(encoding)} is not taken: send the body as it is`);
  }
  const mediaType = withoutParameters(request.headers['content-type'] ?? '');
  const form = formOf(mediaType, request.headers, expected);
  if (form === undefined) {
    return refused(
      'unsupported_media_type',
      `Content-Type ${clip(mediaType) || '(none)'} is not taken here: send ${takenAs[expected]}`,
    );
  }
  const limit = form === 'batch' || form === 'plain-batch' ? maxBatchBytes : maxBodyBytes;
  const accepted = (body: Buffer): Accepted => ({
    ok: true,
    form,
    headers: request.headers,
    mediaType,
    body,
    completeAtMs: deps.now(),
    receivedAt: deps.isoTime(),
  });
  return readBody(request, hold, { limit, accepted });
}

function withoutParameters(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

const gone = () => refused('timeout', 'The body did not arrive whole');
const tooMany = () =>
  refused('saturated', 'Too many bytes are under way: send it again in a moment', { headers: { connection: 'close' } });

const takenAs: Readonly<Record<Expected, string>> = {
  one: 'application/cloudevents+json, application/json, or any type with ce- headers',
  batch: 'application/cloudevents-batch+json or application/json',
  webhook: 'application/json',
};

function formOf(mediaType: string, headers: IncomingHttpHeaders, expected: Expected): Form | undefined {
  if (expected === 'webhook') return mediaType === 'application/json' ? 'webhook' : undefined;
  if (mediaType === 'application/cloudevents-batch+json') return 'batch';
  if (expected === 'batch') return mediaType === 'application/json' ? 'plain-batch' : undefined;
  if (mediaType === 'application/cloudevents+json') return 'structured';
  if (mediaType.startsWith('application/cloudevents')) return undefined;
  if (Object.keys(headers).some((name) => name.startsWith('ce-'))) return 'binary';
  return mediaType === 'application/json' ? 'plain' : undefined;
}

function readBody(
  request: IncomingMessage,
  hold: Hold,
  { limit, accepted }: { readonly limit: number; readonly accepted: (body: Buffer) => Accepted },
): Promise<Accepted | Refused> | Accepted | Refused {
  const tooLarge = () =>
    refused('too_large', `The body is larger than ${limit} bytes: send less at once`, {
      headers: { connection: 'close' },
    });
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limit) return tooLarge();
  // A sender may leave while its key is checked; its stream then tells nothing any more.
  if (request.destroyed) return gone();
  const arrived = readArrived(request, announced);
  if (arrived !== undefined) return hold(announced) ? accepted(arrived) : tooMany();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let isOver = false;
    const end = (result: () => Accepted | Refused) => {
      if (isOver) return;
      isOver = true;
      resolve(result());
    };
    const refuseRest = (refusal: () => Refused) => {
      // What still comes is thrown away, so that the sender gets to read the answer.
      request.off('data', onData).resume();
      end(refusal);
    };
    const onData = (chunk: Buffer) => {
      if (length + chunk.length > limit) refuseRest(tooLarge);
      else if (!hold(chunk.length)) refuseRest(tooMany);
      else {
        length += chunk.length;
        chunks.push(chunk);
      }
    };
    const whole = () =>
      accepted(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length));
    const onEnd = () => end(whole);
    const onGone = () => end(gone);
    // They stay on: `end` hears the first of them alone.
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

/** A body that came with its head and is all here, as most are: to ask for it costs less than to listen for it. */
function readArrived(request: IncomingMessage, announced: number): Buffer | undefined {
  if (announced === 0 || request.readableLength !== announced) return undefined;
  const body = request.read(announced) as Buffer;
  // Its end is told to nobody before it is asked for, and until then Node takes the request for unfinished.
  request.resume();
  return body;
}

function clip(text: string): string {
  return text.slice(0, 64).replace(/[^\x20-\x7e]/g, '?');
}
