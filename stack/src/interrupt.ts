import { UserError } from './settings.ts';

let interruptedBy: NodeJS.Signals | undefined;

/**
 * From now on Ctrl-C and its like do not end this process at once: the step that is under way ends first, and
 * `throwIfInterrupted` ends the work before the next, so that what was started can be taken down in one place.
 */
export function holdInterrupts(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interruptedBy = signal;
    });
  }
}

/** @throws {UserError} if a signal has asked for the end */
export function throwIfInterrupted(): void {
  if (interruptedBy) throw new UserError(`interrupted by ${interruptedBy}`);
}

/** Which signal has asked for the end, if any; it counts as heard then, so that there is time to clean up. */
export function takeInterrupt(): NodeJS.Signals | undefined {
  const signal = interruptedBy;
  interruptedBy = undefined;
  return signal;
}
