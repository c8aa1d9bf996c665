import { createBoundedLog, type Entry } from './bounded.ts';

/** Something that was delivered, once. */
export interface Effect extends Entry {
  /** The call that delivered it. */
  readonly call: number;
  readonly key: string;
  readonly id: string;
  readonly type: string;
}

export interface Delivery {
  key: string;
  id: string;
  /** Of a delivery: the key had been delivered before. Of a question about one: it has been delivered more than once. */
  duplicate: boolean;
}

/** What the deliveries have changed. Where keys are honoured, one takes effect once; else each delivery does. */
export interface Effects {
  readonly count: number;
  readonly duplicates: number;
  commit(delivery: Omit<Effect, 'seq'>): Delivery;
  find(key: string): Delivery | undefined;
  page(after: number, limit: number): Effect[];
}

/** 200 bytes each: 100 MB. Beyond it the oldest is forgotten, as a real API forgets keys after its retention. */
const maxKeys = 500_000;

export function createEffects(honoursKeys: boolean): Effects {
  const log = createBoundedLog<Effect>();
  const deliveries = new Map<string, Delivery>();
  let duplicates = 0;
  return {
    get count() {
      return log.total;
    },
    get duplicates() {
      return duplicates;
    },
    commit(delivery) {
      const earlier = deliveries.get(delivery.key);
      if (earlier) {
        duplicates++;
        earlier.duplicate = true;
        if (honoursKeys) return { ...earlier };
      }
      log.add((seq) => ({ seq, ...delivery }));
      if (earlier) return { ...earlier, duplicate: false };
      const made = { key: delivery.key, id: delivery.id, duplicate: false };
      deliveries.set(delivery.key, made);
      const oldest = deliveries.size > maxKeys ? deliveries.keys().next() : undefined;
      if (oldest?.done === false) deliveries.delete(oldest.value);
      return { ...made };
    },
    find: (key) => deliveries.get(key),
    page: (after, limit) => log.page(after, limit),
  };
}
