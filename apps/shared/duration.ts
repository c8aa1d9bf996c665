import * as z from 'zod';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `20ms`, `10s`, `15m`, `1h`, `14d` → milliseconds. */
export function duration(rule: { readonly minMs: number; readonly maxMs: number; readonly says: string }) {
  return z
    .string()
    .regex(/^\d+(ms|s|m|h|d)$/, 'is no duration: write a whole number and a unit, such as 20ms, 10s, 15m, 1h or 14d')
    .transform((text) => {
      const [, amount, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
      return Number(amount) * (unit === undefined ? 1 : unitMs[unit as keyof typeof unitMs]);
    })
    .refine((ms) => ms >= rule.minMs && ms <= rule.maxMs, rule.says)
    .meta({ examples: ['20ms', '10s', '15m'] });
}
