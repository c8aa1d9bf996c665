import { createHash } from 'node:crypto';
import type { SentEvent } from '../events.ts';
import type { PeerOptions } from './peer.ts';

const query = 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }';

/** The same at every try, so that a target that knows keys can tell a second call from a second event. */
export function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

/** The call as most handlers make it: anything but a success is thrown, for the queue to bring the event again. */
export function createDeliver(targetUrl: string): PeerOptions['deliver'] {
  return async ({ id, type, source, time, data }: SentEvent) => {
    const input = { key: keyOf(id), id, type, source, time, brand: 'testBrand', data };
    const response = await fetch(targetUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input } }),
    });
    // Read before it is judged: an answer left unread holds its connection.
    const text = await response.text();
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const { errors } = JSON.parse(text) as { readonly errors?: unknown };
    if (errors !== undefined) throw new Error('GraphQL errors');
  };
}
