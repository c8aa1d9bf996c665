/** What a request's body has in bytes, once its id is in. */
const bodyBytes = 500;
const idBytes = 16;

export const eventType = 'order.created';

const event = (note: string) =>
  JSON.stringify({
    specversion: '1.0',
    id: '{id}',
    source: '/bench/orders',
    type: eventType,
    data: {
      order: { number: 4711, currency: 'EUR', total: 129.95, lines: [{ sku: 'A-100', quantity: 2, price: 64.975 }] },
      customer: { id: 'c-2048', name: 'Zoë Größe', mail: 'zoe@example.com', address: { city: 'Köln', zip: '50667' } },
      note,
    },
  });

const bareBytes = Buffer.byteLength(event('')) - '{id}'.length + idBytes;

/** A structured CloudEvent; `{id}` stands where its id does. */
export const body = event('x'.repeat(bodyBytes - bareBytes));

/** What its data is held to where schemas are looked at. */
export const dataSchema = {
  type: 'object',
  required: ['order', 'customer'],
  properties: {
    order: {
      type: 'object',
      required: ['number', 'lines'],
      properties: {
        number: { type: 'integer' },
        currency: { type: 'string', pattern: '^[A-Z]{3}$' },
        total: { type: 'number' },
        lines: { type: 'array', items: { type: 'object', required: ['sku', 'quantity'] } },
      },
    },
    customer: { type: 'object', required: ['id'], properties: { id: { type: 'string' }, name: { type: 'string' } } },
  },
};
