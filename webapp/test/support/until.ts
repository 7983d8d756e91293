import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until the value is as expected; at the deadline the error says what was expected and what was last seen. */
export async function until<T>(
  expectation: string,
  read: () => T | Promise<T>,
  matches: (value: T) => boolean,
  timeoutMs = 5000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (matches(value)) return value;
    if (Date.now() > deadline) {
      throw new Error(`expected ${expectation} within ${timeoutMs} ms; last seen: ${JSON.stringify(value)}`);
    }
    await sleep(10);
  }
}
