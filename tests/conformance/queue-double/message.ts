import { hash } from 'node:crypto';
import { readText, type Input } from './input.ts';
import { Refusal } from './refusal.ts';

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** In base64, as it travels. */
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

export type Place = 'visible' | 'inFlight' | 'delayed';

/** What a sender gave. */
export interface Content {
  readonly body: string;
  readonly attributes: MessageAttributes;
}

export interface Message extends Content {
  readonly id: string;
  /** Of its queue's own counting: receipt handles name it. */
  readonly number: number;
  readonly sentAtMs: number;
  /** The queue it was moved from, having been received too often there. */
  readonly movedFrom: string | undefined;
  place: Place;
  /** Where it is hidden: until when. */
  untilMs: number;
  receives: number;
  firstReceivedAtMs: number | undefined;
  receivedAtMs: number;
  /** It is in flight, and stands in line all the same: not all of SQS' servers know of the receive. */
  echoes: boolean;
}

/** The characters that XML 1.0 allows. */
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** SQS' own limit. */
const mostAttributes = 10;

export function readContent(input: Input): Content {
  const body = readText(input, 'MessageBody');
  if (forbidden.test(body)) {
    const allowed = '#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF';
    throw new Refusal('InvalidMessageContents', `Invalid characters found. Valid unicode characters are ${allowed}.`);
  }
  const attributes = (input['MessageAttributes'] ?? {}) as MessageAttributes;
  const names = Object.keys(attributes);
  if (names.length > mostAttributes) {
    const sent = `Number of message attributes [${names.length}] exceeds the allowed maximum [${mostAttributes}].`;
    throw new Refusal('InvalidParameterValue', sent);
  }
  for (const name of names) checkAttribute(name, attributes[name]);
  return { body, attributes };
}

function checkAttribute(name: string, attribute: MessageAttribute | undefined): void {
  const [type] = (attribute?.DataType ?? '').split('.');
  if (type !== 'String' && type !== 'Number' && type !== 'Binary') {
    const rule = 'must begin with Binary, Number or String';
    throw new Refusal('InvalidParameterValue', `The type of the message attribute '${name}' ${rule}.`);
  }
  const value = type === 'Binary' ? attribute?.BinaryValue : attribute?.StringValue;
  if (typeof value !== 'string' || value === '') {
    const rule = `must contain a non-empty value for the type '${type}'`;
    throw new Refusal('InvalidParameterValue', `The message attribute '${name}' ${rule}.`);
  }
}

/** As SQS counts: the body, and of each attribute its name, its type and its value. May be asked before anything is checked. */
export function sizeOf(input: Input): number {
  const sizeOfText = (value: unknown) => (typeof value === 'string' ? Buffer.byteLength(value) : 0);
  let bytes = sizeOfText(input['MessageBody']);
  for (const [name, each] of Object.entries((input['MessageAttributes'] ?? {}) as Record<string, Input>)) {
    const binary = each['BinaryValue'];
    bytes += sizeOfText(name) + sizeOfText(each['DataType']) + sizeOfText(each['StringValue']);
    bytes += typeof binary === 'string' ? Buffer.byteLength(binary, 'base64') : 0;
  }
  return bytes;
}

export const md5OfBody = (body: string): string => hash('md5', body);

/** Each part with its length in front, the attributes in the order of their names. Undefined without any. */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const parts: Buffer[] = [];
  const add = (value: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(value.length);
    parts.push(length, value);
  };
  for (const name of names) {
    const { DataType = '', StringValue, BinaryValue = '' } = attributes[name] ?? {};
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    parts.push(Buffer.from([DataType.startsWith('Binary') ? 2 : 1]));
    add(StringValue === undefined ? Buffer.from(BinaryValue, 'base64') : Buffer.from(StringValue));
  }
  return hash('md5', Buffer.concat(parts));
}

/** Those that a receive asks for: by name, by the beginning of a name (`order.*`), or all. */
export function chooseAttributes(attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes {
  if (wanted.includes('All') || wanted.includes('.*')) return attributes;
  const beginnings = wanted.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -1));
  const isWanted = (name: string) =>
    wanted.includes(name) || beginnings.some((beginning) => name.startsWith(beginning));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isWanted(name)));
}
