/** Loaded into a pod: its wall clock is off by CLOCK_SHIFT_MS. Timers and the monotonic clock are as they were. */
const shiftMs = Number(process.env['CLOCK_SHIFT_MS']);
if (!Number.isFinite(shiftMs)) throw new Error('CLOCK_SHIFT_MS is no number');
const TrueDate = Date;

class ShiftedDate extends TrueDate {
  constructor(...parts: unknown[]) {
    super(...((parts.length === 0 ? [TrueDate.now() + shiftMs] : parts) as [number]));
  }
  static override now(): number {
    return TrueDate.now() + shiftMs;
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
