import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { requestCount, requestLatency } from '../src/metrics/definitions.ts';
import { createStatsdRecorder } from '../src/metrics/statsd.ts';
import { freePort, udpSink } from './support/udp-sink.ts';
import { until } from './support/until.ts';

const sample = { method: 'GET', endpoint: '/test/', status: 200, seconds: 0.0002134 };
const TEST = '#app_name:test_app,method:GET,endpoint:/test/,http_status:200';
const TEST1 = '#app_name:test_app,method:GET,endpoint:/test1/,http_status:500';

/** What a recorder sends for two samples, from its start to its end. */
const EXPECTED = [
  `request_count:0|c|${TEST}`,
  `request_count:0|c|${TEST1}`,
  'request_count:0|c|#app_name:test_app,method:GET,endpoint:unmatched,http_status:404',
  `request_count:1|c|${TEST}`,
  'request_latency_seconds:0.000213|h|#app_name:test_app,endpoint:/test/',
  `request_count:1|c|${TEST1}`,
  'request_latency_seconds:2.5|h|#app_name:test_app,endpoint:/test1/',
];

describe('the datagrams', () => {
  test('are exact, the zeros first', async (t) => {
    const sink = await udpSink(t);
    const recorder = createStatsdRecorder({ host: '127.0.0.1', port: sink.port, log: assert.fail });
    recorder.record(sample);
    recorder.record({ ...sample, endpoint: '/test1/', status: 500, seconds: 2.5 });
    await recorder.close();
    await until('7 lines', sink.lines, (lines) => lines.length >= 7);
    assert.deepEqual(sink.datagrams(), [`${EXPECTED.join('\n')}\n`]);
  });

  test('are the same with the variables of a Datadog agent set', async (t) => {
    const variables = {
      DD_AGENT_HOST: '192.0.2.1',
      DD_DOGSTATSD_PORT: '1',
      DD_DOGSTATSD_URL: 'udp://192.0.2.1:1',
      DD_ENTITY_ID: 'entity',
      DD_ENV: 'production',
      DD_EXTERNAL_ENV: 'it-false,cn-webapp,pu-1',
      DD_SERVICE: 'shop',
      DD_TAGS: 'team:checkout',
      DD_VERSION: '1.2.3',
    };
    Object.assign(process.env, variables);
    t.after(() => {
      for (const name of Object.keys(variables)) delete process.env[name];
    });
    const sink = await udpSink(t);
    const recorder = createStatsdRecorder({ host: '127.0.0.1', port: sink.port, log: assert.fail });
    recorder.record(sample);
    recorder.record({ ...sample, endpoint: '/test1/', status: 500, seconds: 2.5 });
    await recorder.close();
    await until('7 lines', sink.lines, (lines) => lines.length >= 7);
    assert.deepEqual(sink.datagrams(), [`${EXPECTED.join('\n')}\n`]);
  });

  test('are no longer than an Ethernet frame takes, and none is lost', async (t) => {
    const sink = await udpSink(t);
    const recorder = createStatsdRecorder({ host: '127.0.0.1', port: sink.port, log: assert.fail });
    for (let i = 0; i < 1000; i++) recorder.record(sample);
    await recorder.close();
    await until(
      '1000 counted',
      () => sink.counters().get(`request_count ${TEST}`),
      (count) => count === 1000,
    );
    assert.ok(Math.max(...sink.datagrams().map((text) => Buffer.byteLength(text))) <= 1432);
  });

  test('leave without waiting for a full one', async (t) => {
    const sink = await udpSink(t);
    const recorder = createStatsdRecorder({ host: '127.0.0.1', port: sink.port, log: assert.fail });
    t.after(() => recorder.close());
    recorder.record(sample);
    await until(
      '1 counted',
      () => sink.counters().get(`request_count ${TEST}`),
      (count) => count === 1,
      2000,
    );
  });
});

describe('a receiver that cannot be reached', () => {
  for (const [what, host] of [
    ['nobody listens on the port', '127.0.0.1'],
    ['the name is unknown', 'nobody.invalid'],
  ] as const) {
    test(`${what}: one line for the outage, no error, no wait`, async (t) => {
      const lines: string[] = [];
      // Port 9 is "discard", which nobody runs.
      const recorder = createStatsdRecorder({ host, port: 9, log: (line) => lines.push(line) });
      const start = Date.now();
      let recorded = 0;
      // Through several probes and many failed sends.
      await until(
        '3 s of failures',
        () => recorder.record(sample) ?? ++recorded,
        () => Date.now() - start > 3000,
      );
      await recorder.close();
      assert.ok(recorded > 50);
      assert.equal(lines.length, 1, lines.join('\n'));
      assert.match(
        lines[0] ?? '',
        new RegExp(`^StatsD receiver ${host}:9 cannot be reached \\(.*(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)`),
      );
      t.diagnostic(lines[0] ?? '');
    });
  }

  test('that comes back gets samples again, and a line says so', async (t) => {
    const lines: string[] = [];
    const port = await freePort();
    const recorder = createStatsdRecorder({ host: '127.0.0.1', port, log: (line) => lines.push(line) });
    t.after(() => recorder.close());
    await until(
      'the outage',
      () => lines.length,
      (length) => length === 1,
    );

    const sink = await udpSink(t, port);
    await until(
      'the end of the outage',
      () => lines.length,
      (length) => length === 2,
    );
    assert.match(lines[1] ?? '', /^StatsD receiver 127\.0\.0\.1:\d+ is back after \d s$/);
    recorder.record(sample);
    await until(
      '1 counted',
      () => sink.counters().get(`request_count ${TEST}`),
      (count) => count === 1,
    );
  });
});

test('mapping.yml has the names, the help and the buckets of definitions.ts', () => {
  const file = new URL('../../statsd-exporter/mapping.yml', import.meta.url);
  const [count, latency] = parse(readFileSync(file, 'utf8')).mappings;
  assert.deepEqual(
    [count.match, count.name, count.help],
    [requestCount.name, requestCount.name, requestCount.help],
  );
  assert.deepEqual(
    [latency.match, latency.name, latency.help],
    [requestLatency.name, requestLatency.name, requestLatency.help],
  );
  assert.deepEqual(latency.histogram_options.buckets, [...requestLatency.buckets]);
});
