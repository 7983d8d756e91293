import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfInterrupted } from './interrupt.ts';

export type PollOptions = {
  /** What is waited for, e.g. `Prometheus to answer on port 9090`. */
  expectation: string;
  /** When to give up, in milliseconds from now. */
  timeoutMs: number;
  /** Resolves when the expectation holds; throws what was seen instead. */
  attempt: () => Promise<void>;
};

/** The expectation did not come true in time; the message says what was expected and what was last seen. */
export class PollTimeout extends Error {
  override name = 'PollTimeout';
}

/**
 * Tries until it works or the time is up.
 * @throws {PollTimeout}
 * @throws {UserError} if it is interrupted
 */
export async function poll({ expectation, timeoutMs, attempt }: PollOptions): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    throwIfInterrupted();
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) {
        throw new PollTimeout(
          `waited ${timeoutMs / 1000} s for ${expectation}; last seen: ${describeError(error)}`,
        );
      }
    }
    await sleep(250);
  }
}

/** Resolves where a GET of the URL is answered with 2xx; for `attempt`. */
export async function expectOk(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}

/** An error in one line, with the cause that `fetch` hides behind "fetch failed". */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof AggregateError ? error.cause.errors[0] : error.cause;
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message;
}
