import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as OTLP brought it. Ids in hexadecimal; times in ns. */
export interface Span {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly failed: boolean;
}

export interface TraceReceiver {
  readonly url: string;
  readonly spans: readonly Span[];
  readonly close: () => Promise<void>;
}

/** All that a span tells, to search in; its times are left out. */
export function spanText(span: Span): string {
  return JSON.stringify(span, (_, value: unknown) => (typeof value === 'bigint' ? undefined : value));
}

/** Takes traces by OTLP over HTTP in protobuf, as a collector does (opentelemetry-proto 1.7, `trace.proto`). */
export async function startTraceReceiver(): Promise<TraceReceiver> {
  const spans: Span[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const isTraces = request.url === '/v1/traces' && request.headers['content-type'] === 'application/x-protobuf';
      if (isTraces) spans.push(...readExport(Buffer.concat(chunks)));
      response.writeHead(isTraces ? 200 : 415, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Fields of a protobuf message by their number: bytes, or numbers as they are written. */
type Fields = ReadonlyMap<number, readonly (Buffer | bigint)[]>;

/** Protobuf's wire format (https://protobuf.dev/programming-guides/encoding/): a key of number and type, then the value. */
function readFields(bytes: Buffer): Fields {
  const fields = new Map<number, (Buffer | bigint)[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  const read = (type: number): Buffer | bigint => {
    switch (type) {
      case 0:
        return varint();
      case 1:
        return take(8).readBigUInt64LE();
      case 2:
        return take(Number(varint()));
      case 5:
        return BigInt(take(4).readUInt32LE());
      default:
        throw new Error(`${type} is no wire type of protobuf`);
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const value = read(key & 7);
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}

const messages = (fields: Fields, number: number): readonly Fields[] =>
  (fields.get(number) ?? []).map((value) => readFields(value as Buffer));
const bytesOf = (fields: Fields, number: number): Buffer =>
  (fields.get(number)?.[0] as Buffer | undefined) ?? Buffer.alloc(0);
const textOf = (fields: Fields, number: number) => bytesOf(fields, number).toString();
const numberOf = (fields: Fields, number: number) => (fields.get(number)?.[0] as bigint | undefined) ?? 0n;

function attributesOf(keyValues: readonly Fields[]): Span['attributes'] {
  const valueOf = (value: Fields): string | number | boolean => {
    if (value.has(1)) return textOf(value, 1);
    if (value.has(2)) return numberOf(value, 2) === 1n;
    if (value.has(3)) return Number(BigInt.asIntN(64, numberOf(value, 3)));
    const bits = Buffer.alloc(8);
    bits.writeBigUInt64LE(numberOf(value, 4));
    return bits.readDoubleLE();
  };
  return Object.fromEntries(
    keyValues.map((each) => [textOf(each, 1), valueOf(messages(each, 2)[0] ?? new Map<number, never>())]),
  );
}

const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

function readExport(bytes: Buffer): Span[] {
  return messages(readFields(bytes), 1).flatMap((resourceSpans) => {
    const resource = attributesOf(messages(resourceSpans, 1).flatMap((each) => messages(each, 1)));
    return messages(resourceSpans, 2).flatMap((scope) =>
      messages(scope, 2).map((span) => ({
        service: String(resource['service.name']),
        traceId: bytesOf(span, 1).toString('hex'),
        spanId: bytesOf(span, 2).toString('hex'),
        parentId: bytesOf(span, 4).toString('hex'),
        name: textOf(span, 5),
        kind: kinds[Number(numberOf(span, 6))] ?? 'internal',
        startNs: numberOf(span, 7),
        endNs: numberOf(span, 8),
        attributes: attributesOf(messages(span, 9)),
        links: messages(span, 13).map((link) => ({
          traceId: bytesOf(link, 1).toString('hex'),
          spanId: bytesOf(link, 2).toString('hex'),
        })),
        failed: messages(span, 15).some((status) => numberOf(status, 3) === 2n),
      })),
    );
  });
}
