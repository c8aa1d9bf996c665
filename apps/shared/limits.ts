/** The numbers that both sides of the queue must agree on, each with its reason. */

/**
 * The largest event on the queue, in bytes of UTF-8. SQS takes 1 MiB a message, attributes included, and a dead letter
 * carries ten attributes of reasons besides the event: 16 KiB is left for them.
 */
export const maxEventBytes = 1_048_576 - 16_384;

/** GraphQL servers commonly refuse variables nested deeper than a few hundred levels; 100 is past any real payload. */
export const maxDepth = 100;

/** An attribute is an identifier or a short text. 1 KiB is beyond every published id, and bounds the log line it is on. */
export const maxAttributeChars = 1_024;

/** SQS' own: messages that a receive brings, and entries that a batch request takes. */
export const mostEntries = 10;
