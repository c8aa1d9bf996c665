/** What one receiver takes at once, each number with its reason. */

/** An event is at most 1 MiB on the queue; what JSON spells wider than it is stored is allowed for. */
export const maxBodyBytes = 1_048_576 + 65_536;

/** A hundred events of 40 KiB; a batch of large events is better sent in parts, each acknowledged by itself. */
export const maxBatchBytes = 4 * 1_048_576;

/** Ten requests to SQS: what can be confirmed well within the deadline. */
export const maxBatchEvents = 100;

/** Requests under way; beyond it the queue behind is slower than the senders, and waiting helps nobody. */
export const maxRequests = 1_000;

/** Bodies in memory: a pod of 512 MiB holds each about three times (bytes, text, message). */
export const maxBytesInFlight = 64 * 1_048_576;

/** From the body's last byte to the answer, in ms: senders such as GitHub give up after a few seconds. */
export const answerWithinMs = 500;

/** Node's own limits on a connection. */
export const connection = {
  /** A client that needs longer for its header fields is stuck, or holds sockets on purpose. */
  headersTimeout: 10_000,
  /** The largest body over a slow line. */
  requestTimeout: 15_000,
  /** Timeouts are looked for this often. */
  connectionsCheckingInterval: 2_000,
  /** Longer than the idle time of a load balancer (60 s), so that it never writes to a connection that just closed. */
  keepAliveTimeout: 70_000,
  /**
   * Without a byte either way while a request is under way: nobody reads its answer. Node looks twice before it believes it.
   * Longer than a request may take to arrive, and the look for it: whoever is late with one is told so.
   */
  silenceTimeout: 18_000,
  /** For a client to read why it was turned away, before its connection is destroyed. */
  lingerTimeout: 1_000,
  maxHeaderSize: 16_384,
  /** Sockets cost memory before any limit on requests is asked. */
  maxConnections: 10_000,
  /** Connections end now and then, so that clients spread over new pods. */
  maxRequestsPerSocket: 10_000,
} as const;
