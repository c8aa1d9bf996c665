import { buildSchema } from 'graphql';
import type { Delivery } from './effects.ts';

export const schema = buildSchema(`
  "Any JSON value."
  scalar JSON

  input EventInput {
    key: ID!
    id: ID!
    type: String!
    source: String!
    time: String!
    brand: String!
    data: JSON
  }

  type Delivery {
    key: ID!
    id: ID!
    "Of a delivery: the key had been delivered before. Of a question about one: it has been delivered more than once."
    duplicate: Boolean!
  }

  type Mutation {
    "Takes effect once for each key."
    deliver(input: EventInput!): Delivery
  }

  type Query {
    delivery(key: ID!): Delivery
    "How many deliveries took effect."
    deliveries: Int!
  }
`);

/** What one call can do; the resolvers know nothing else. */
export interface Operations {
  deliver(input: { key: string; id: string; type: string }): Promise<Delivery>;
  find(key: string): Delivery | undefined;
  count(): number;
}

/** The resolvers of the root fields: graphql-js calls each with its arguments and the call's operations. */
export const rootValue = {
  deliver: ({ input }: { input: { key: string; id: string; type: string } }, operations: Operations) =>
    operations.deliver(input),
  delivery: ({ key }: { key: string }, operations: Operations) => operations.find(key),
  deliveries: (_: unknown, operations: Operations) => operations.count(),
};
