const limit = `egw limit open TARGET

  Declares that nobody called TARGET before whom Redis does not know of: for a first start, or after Redis lost its data and
  you know that the calls made before have left every window. Without it the limiter stays closed until they must have.
`;

const dlq = `egw dlq list [TARGET]         the dead letters of a target, a line each
egw dlq show ID               one letter whole; ID is its message id (or the first 8 characters), its event's id or key
egw dlq redrive [TARGET]      sends letters to the target's queue again, with fresh attempts and their old identity
egw dlq drop [TARGET]         deletes letters, once they are written to a file

  --target NAME      the target, where no TARGET stands; not needed where only one is configured
  --class CLASS      refused, failed, in_doubt, conflict, malformed, or unknown: nobody wrote down why
  --type PATTERN     the event's type; * stands for any text
  --source PATTERN   the event's source; * stands for any text
  --reason TEXT      letters whose reason holds TEXT, in large or small letters
  --older-than AGE   15m, 1h, 14d: by SQS' time of sending; of a letter that SQS moved itself, the event's
  --newer-than AGE   the same, the other way round
  --limit N          ends after N letters (100000: SQS lets 120000 messages of a queue be hidden at a time)
  --hide TIME        5m: how long letters stay hidden should egw be killed; otherwise they are given back as it ends
  --json             JSON lines on stdout: a flat object a letter (list, show), or one of the whole run (redrive, drop)

  redrive --dry-run  counts, and says how long it would take
  redrive --share S  0.2: the part of the limit's tightest window to send at; the rest is for live events
  redrive --force    also letters whose record in the ledger has ended, or cannot be looked up as Redis is gone: an event
                     that was delivered after all is then delivered again
  drop --dry-run     counts
  drop --yes         does not ask
  drop --to FILE     where what is dropped is written, as JSON lines (TARGET-dropped-TIME.jsonl); never an old file

  Reading hides letters from others while it lasts. Ctrl-C ends a redrive after the letter in hand; run again, it goes on.
  A letter leaves only after its event is in the queue. A kill between them sends it twice, and the ledger knows of it.
`;

const keys = `egw keys new --name NAME    makes an API key and prints it, this once; the file keeps its salted hash
egw keys list               the keys of the file, a line each
egw keys revoke ID          takes a key out of the file; ID is what list shows first

  --file FILE       the file of the keys (the one that auth.apiKeys names in EGW_CONFIG); new makes it where there is none
  --json            one line of JSON a key on stdout
  new --types LIST    event types it may send, with commas between them; * stands for any text (all)
  new --targets LIST  targets it may reach (all)
  new --expires TIME  90d: from then on it opens no more (never)

  Receivers read the file again within 5 s. To rotate: make a second key of the same name, hand it out, and revoke the first
  once its eventgw_api_key_last_used_timestamp_seconds stands still. Events keep their identity, which is by the name.
`;

const status = `egw status [TARGET…]

  Of each target: messages visible, in flight and delayed, dead letters, the limit's windows and when the next slot is
  free, and the pause with its reason. Exit code 1 when queues or Redis cannot be asked.

  --json   JSON lines on stdout: a flat object a target; null is what cannot be told
`;

const send = `egw send [FILE]

  Sends one event, from FILE or standard input: plain JSON, or a CloudEvent in JSON (it has a specversion).

  --url URL       the receiver (EGW_URL, or http://127.0.0.1:PORT with PORT 8080); the key is in EGW_KEY
  --id ID         the event's id; of plain JSON also its member id will do
  --type TYPE     of plain JSON: sends it as a CloudEvent's data, which stays as it is
  --source URI    the same
  --wait TIME     until a CloudEvent has ended at all its targets; exit code 1 where it is dead, or not ended by then. Reads
                  what status reads, and the file of the API keys
  --json          the receipt, or the refusal, as one line of JSON on stdout
`;

const capacity = `egw capacity --rate 5000 --limit 100/s

  Says what a load takes: pods, Redis, requests to SQS and their price, and what becomes of the backlog. A calculation, which
  asks nobody; docs/capacity.md has its formulas and costs.

  --rate N         events that come for a target each second
  --limit LIMIT    its limit, as in gateway.yaml: 5/s, 1000/m, 20/10s; several with commas between them
  --size SIZE      1KB: of an event on the queue, in B, KB or MB
  --targets N      1: targets of this kind; rate, limit and burst are those of each
  --burst N        events of a target that come at once
  --latency TIME   1s: how long a call takes (latency of the target)
  --concurrency N  5: calls that a pod makes at once (limit.concurrency)
  --retention TIME 14d: how long the queue keeps a message
  --json           one line of JSON on stdout; null seconds are never
`;

const environment = `limit, dlq and status, and keys without --file, read EGW_CONFIG (the path of gateway.yaml), EGW_INSTANCE (local) and REDIS_URL
(redis://127.0.0.1:6379); dlq and status also the AWS SDK's own AWS_* variables.

Exit codes: 0 done, 1 failed or stopped before its end, 2 misused.
`;

const sections: Readonly<Record<string, string>> = { limit, dlq, keys, status, send, capacity };

/** What there is to say of a command, or of all of them where it is none. */
export function usageOf(noun: string | undefined): string {
  const section = noun !== undefined && Object.hasOwn(sections, noun) ? sections[noun] : undefined;
  return `${section ?? Object.values(sections).join('\n')}\n${environment}`;
}
