import type { EventData } from '../shared/event.ts';
import type { Accepted } from './accept.ts';
import type { Draft } from './draft.ts';
import { readData, refuseLong, stringOf } from './read.ts';
import { refused, type Refused } from './refuse.ts';
import type { Verified } from './verify-webhook.ts';

/** A signed request, and what its scheme says of it. */
export type Delivered = Accepted & Pick<Verified, 'delivery' | 'name'>;

/** The whole body becomes `data`; id and event are where the scheme of the webhook has them. */
export function readWebhook(text: string, { name, delivery, receivedAt }: Delivered): Draft | Refused {
  const read = readData(text);
  if (!read.ok) return read;
  const { id, event } = delivery((member) => stringOf(read.members.get(member)));
  if (id === undefined || id === '') return refused('malformed', 'The webhook names no delivery: its id is missing');
  if (event === undefined || event === '') {
    return refused('malformed', 'The webhook does not say what it is of: its event is missing', { eventId: id });
  }
  const type = `${name}.${event}`;
  const long = refuseLong({ id, type });
  if (long !== undefined) return long;
  const data: EventData = { kind: 'json', text: text.trim() };
  return {
    ok: true,
    id,
    source: `/webhooks/${name}`,
    type,
    time: receivedAt,
    // Redeliveries carry the id of the first, and are one event.
    identity: 'id',
    attributes: new Map(),
    data,
    value: read.value,
  };
}
