import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Config } from '../src/config.ts';
import { metricsModes } from '../src/config.ts';
import { createRecorder } from '../src/metrics/create-recorder.ts';
import { createDirectRecorder } from '../src/metrics/direct.ts';
import { createLogRecorder } from '../src/metrics/log.ts';
import type { Recorder } from '../src/metrics/recorder.ts';
import { createStatsdRecorder } from '../src/metrics/statsd.ts';
import { udpSink } from './support/udp-sink.ts';

/** Every recorder, with what it needs to work. A further mode is a further row. */
const recorders: Record<string, (t: TestContext) => Promise<Recorder>> = {
  direct: async () => createDirectRecorder(),
  statsd: async (t) =>
    createStatsdRecorder({ host: '127.0.0.1', port: (await udpSink(t)).port, log: () => {} }),
  log: async () => createLogRecorder(() => {}),
};

const sample = { method: 'GET', endpoint: '/test/', status: 200, seconds: 0.0239 };

test('there is a row for every mode', () => {
  assert.deepEqual(Object.keys(recorders), [...metricsModes]);
});

for (const [name, create] of Object.entries(recorders)) {
  describe(`the recorder ${name}`, () => {
    test('takes any sample without throwing', async (t) => {
      const recorder = await create(t);
      t.after(() => recorder.close());
      for (const status of [200, 308, 404, 405, 499, 500]) recorder.record({ ...sample, status });
      for (const endpoint of ['unmatched', '/users/:id', '/a b', 'a|b,c#d\ne"f\\g', ''])
        recorder.record({ ...sample, endpoint });
      for (const seconds of [0, 1e-9, 3600]) recorder.record({ ...sample, seconds });
    });

    test('closes within its second, and takes samples even then', async (t) => {
      const recorder = await create(t);
      recorder.record(sample);
      const start = Date.now();
      await recorder.close();
      assert.ok(Date.now() - start < 1500, `took ${Date.now() - start} ms`);
      recorder.record(sample);
    });
  });
}

test('only direct can be scraped', async (t) => {
  for (const mode of metricsModes) {
    const config: Config = {
      metricsMode: mode,
      host: '127.0.0.1',
      port: 5000,
      statsdHost: '127.0.0.1',
      statsdPort: 9,
    };
    const recorder = createRecorder(config);
    t.after(() => recorder.close());
    assert.equal(recorder.expose !== undefined, mode === 'direct', mode);
  }
});

test('log writes the two lines of the article', () => {
  const lines: string[] = [];
  createLogRecorder((line) => lines.push(line)).record(sample);
  assert.deepEqual(lines, [
    'Response time: 0.0239s',
    'Request path: /test/ Request method: GET Response status: 200',
  ]);
});
