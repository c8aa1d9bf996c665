import { readListening, startProcess, type ProcessOptions } from '../../tests/conformance/processes.ts';
import { cores, pinned } from '../measure.ts';
import type { TripStage } from './stage.ts';

type Listening = Readonly<Record<string, unknown>>;

/** A Node program on the core of what is measured. */
export interface Program {
  readonly pid: number;
  /** What it said when it listened. */
  readonly ready: Listening;
  readonly signal: (signal: NodeJS.Signals) => void;
}

export type ProgramOptions = Pick<ProcessOptions<Listening>, 'name' | 'args' | 'env' | 'complained'>;

/** Starts it and has it killed with the stage: what it holds is nobody's any more. */
export async function startPinned(
  { died, signal, onClose }: Pick<TripStage, 'died' | 'signal' | 'onClose'>,
  options: ProgramOptions,
): Promise<Program> {
  const command = pinned(cores.measured, process.execPath, options.args);
  const program = await startProcess({ ...options, ...command, readyBy: readListening, died, signal });
  onClose(() => program.stop('SIGKILL'));
  return program;
}
