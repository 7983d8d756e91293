import { type PollOptions, poll } from './poll.ts';
import { beginStep } from './progress.ts';

/**
 * Polls under the eyes of a person: says what is waited for, and for how long it was.
 * @throws {PollTimeout}
 */
export async function waitFor(options: PollOptions): Promise<void> {
  const step = beginStep(`waiting for ${options.expectation}`);
  try {
    await poll(options);
  } catch (error) {
    step.fail();
    throw error;
  }
  step.done(`${options.expectation}: yes`);
}
