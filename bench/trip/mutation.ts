/** What everybody here calls its target with. */
export const mutation = 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }';
