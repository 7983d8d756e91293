/** One step of long work: a line that counts the seconds on a terminal, and one plain line in a log. */
export type Step = { update(text: string): void; done(text: string): void; fail(): void };

/** Begins a step. `text` says what is being waited for, e.g. `waiting for Prometheus`. */
export function beginStep(text: string): Step {
  const start = Date.now();
  const seconds = () => `${Math.round((Date.now() - start) / 1000)} s`;
  if (!process.stderr.isTTY) {
    console.error(text);
    return { update() {}, done: (result) => console.error(`${result} (${seconds()})`), fail() {} };
  }
  let current = text;
  const draw = () => process.stderr.write(`\r\x1b[K${current} … ${seconds()}`);
  const timer = setInterval(draw, 200).unref();
  draw();
  const end = (line: string) => {
    clearInterval(timer);
    process.stderr.write(`\r\x1b[K${line}\n`);
  };
  return {
    update(next) {
      current = next;
    },
    done: (result) => end(`${result} (${seconds()})`),
    fail: () => end(`${current}: failed after ${seconds()}`),
  };
}
