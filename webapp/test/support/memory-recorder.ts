import type { Recorder, RequestSample } from '../../src/metrics/recorder.ts';

/** A recorder that keeps the samples, for the test to look at. */
export function memoryRecorder(): Recorder & { samples: RequestSample[] } {
  const samples: RequestSample[] = [];
  return { samples, record: (sample) => samples.push(sample), async close() {} };
}
