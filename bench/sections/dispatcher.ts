import { measureEfficiency } from '../dispatcher/efficiency.ts';
import { measureMemory } from '../dispatcher/memory.ts';
import { measureSlowMessages } from '../dispatcher/slow-messages.ts';
import type { Section } from '../figure.ts';

/** One dispatcher against others that bring a queue to a GraphQL API. */
export const dispatcher: Section = async (bench) => {
  const { figures, capacity } = await measureEfficiency(bench);
  return [...figures, ...(await measureSlowMessages(bench)), ...(await measureMemory(bench, capacity))];
};
