import * as z from 'zod';
import { createMatchAny } from './match.ts';

/** What a sender may send, and where to. */
export interface Scope {
  readonly type: (type: string) => boolean;
  readonly target: (name: string) => boolean;
}

/** Members of whatever names a sender: an API key, an issuer of tokens, a webhook. What is not given is not bounded. */
export const scopeMembers = {
  types: z
    .array(z.string().min(1).max(256))
    .min(1)
    .max(100)
    .optional()
    .describe('Event types that may be sent; * stands for any text'),
  targets: z
    .array(z.string().min(1).max(40))
    .min(1)
    .max(100)
    .optional()
    .describe('Targets that may be reached; * stands for any text'),
};

export interface ScopeMembers {
  readonly types?: readonly string[] | undefined;
  readonly targets?: readonly string[] | undefined;
}

export function createScope({ types = ['*'], targets = ['*'] }: ScopeMembers): Scope {
  return { type: createMatchAny(types), target: createMatchAny(targets) };
}
