import type { EventData } from '../shared/event.ts';
import type { Travelling } from '../shared/tracing.ts';

/** What a sender said of one event, whichever form it was written in. */
export interface Draft {
  readonly ok: true;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly identity: 'id' | 'digest';
  readonly attributes: ReadonlyMap<string, string>;
  readonly data: EventData;
  /** Of data that is JSON, as it was parsed; nothing keeps it for longer than the event is judged. */
  readonly value?: unknown;
  /** The distributed-tracing extension, where it was valid. */
  readonly trace?: Travelling | undefined;
}
