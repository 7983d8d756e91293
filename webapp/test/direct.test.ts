import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDirectRecorder } from '../src/metrics/direct.ts';

const LES = [
  '0.001',
  '0.0025',
  '0.005',
  '0.01',
  '0.025',
  '0.05',
  '0.1',
  '0.25',
  '0.5',
  '1',
  '2.5',
  '5',
  '10',
  '+Inf',
];

/** The lines of one histogram: a count for each bucket, then the sum; the last bucket is the count, too. */
function histogram(endpoint: string, buckets: number[], sum: number): string[] {
  const labels = `app_name="test_app",endpoint="${endpoint}"`;
  return [
    ...LES.map((le, i) => `request_latency_seconds_bucket{le="${le}",${labels}} ${buckets[i]}`),
    `request_latency_seconds_sum{${labels}} ${sum}`,
    `request_latency_seconds_count{${labels}} ${buckets.at(-1)}`,
  ];
}

test('the exposition is exact: names, help, types, labels, and zeros before the first request', async () => {
  const recorder = createDirectRecorder();
  recorder.record({ method: 'GET', endpoint: '/test/', status: 200, seconds: 0.002 });
  recorder.record({ method: 'GET', endpoint: '/test/', status: 200, seconds: 0.25 });
  recorder.record({ method: 'HEAD', endpoint: 'unmatched', status: 404, seconds: 20 });

  assert.deepEqual(await recorder.expose?.(), {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    body: `${[
      '# HELP request_count App Request Count',
      '# TYPE request_count counter',
      'request_count{app_name="test_app",method="GET",endpoint="/test/",http_status="200"} 2',
      'request_count{app_name="test_app",method="GET",endpoint="/test1/",http_status="500"} 0',
      'request_count{app_name="test_app",method="GET",endpoint="unmatched",http_status="404"} 0',
      'request_count{app_name="test_app",method="HEAD",endpoint="unmatched",http_status="404"} 1',
      '',
      '# HELP request_latency_seconds Request latency in seconds',
      '# TYPE request_latency_seconds histogram',
      ...histogram('/test/', [0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2], 0.252),
      ...histogram('/test1/', new Array(14).fill(0), 0),
      ...histogram('unmatched', [...new Array(13).fill(0), 1], 20),
    ].join('\n')}\n`,
  });
});

test('two recorders share nothing, as two workers do', async () => {
  const [one, other] = [createDirectRecorder(), createDirectRecorder()];
  const before = await other.expose?.();
  one.record({ method: 'GET', endpoint: '/test/', status: 200, seconds: 0.002 });
  assert.deepEqual(await other.expose?.(), before);
});
