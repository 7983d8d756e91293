import type { Recorder } from './recorder.ts';

/** Writes two lines per response, as the article's first step does. `write` takes one line, without its newline. */
export function createLogRecorder(write: (line: string) => void): Recorder {
  return {
    record({ method, endpoint, status, seconds }) {
      write(`Response time: ${seconds.toFixed(4)}s`);
      write(`Request path: ${endpoint} Request method: ${method} Response status: ${status}`);
    },
    async close() {},
  };
}
