import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { root } from '../src/make.ts';
import { query } from '../src/prometheus.ts';
import { webapp } from '../src/stack.ts';
import { sendTraffic } from '../src/traffic.ts';
import { settle } from '../src/truth.ts';
import { setup } from './setup.ts';

test.beforeAll(async () => {
  // Traffic over several scrapes, so that rates have something to go by.
  for (let i = 0; i < 3; i++) {
    await sendTraffic({ url: webapp, total: 203 });
    await settle();
  }
});

const ownLabels: Record<string, string[]> = {
  request_count: ['app_name', 'method', 'endpoint', 'http_status'],
  request_latency_seconds_bucket: ['app_name', 'endpoint', 'le'],
  request_latency_seconds_sum: ['app_name', 'endpoint'],
  request_latency_seconds_count: ['app_name', 'endpoint'],
};

for (const [name, labels] of Object.entries(ownLabels)) {
  test(`${name} has exactly the labels of the contract`, async () => {
    const series = await query(name);
    expect(series.length).toBeGreaterThan(0);
    const expected = ['__name__', ...labels, ...setup.scrapeLabels].sort();
    for (const { labels } of series) expect(Object.keys(labels).sort()).toEqual(expected);
  });
}

test('the labels have the values of the contract', async () => {
  const series = await query('request_count{method="GET", endpoint=~"/test1?/"}');
  const own = series.map(({ labels: { app_name, method, endpoint, http_status } }) =>
    [app_name, method, endpoint, http_status].join(' '),
  );
  expect([...new Set(own)].sort()).toEqual(['test_app GET /test/ 200', 'test_app GET /test1/ 500']);
});

test('request_count{http_status="500"} gives the failed requests only', async () => {
  const series = await query('request_count{http_status="500"}');
  expect(series.length).toBeGreaterThan(0);
  for (const { labels } of series) expect(labels).toMatchObject({ endpoint: '/test1/', http_status: '500' });
});

const recorded = [
  'endpoint_http_status:request_count:rate1m',
  'app_name:request_errors:ratio_rate1m',
  'endpoint:request_latency_seconds:p50_rate1m',
  'endpoint:request_latency_seconds:p95_rate1m',
  'endpoint:request_latency_seconds:p99_rate1m',
];

for (const name of recorded) {
  test(`the recording rule ${name} has values`, async () => {
    // Evaluated every 5 s.
    await expect
      .poll(async () => (await query(name)).filter(({ value }) => value > 0).length, {
        message: `series of ${name} above 0`,
        timeout: 20_000,
      })
      .toBeGreaterThan(0);
  });
}

/** The lines of the README's ```promql blocks, less comments. */
function readmeQueries(): string[] {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  return [...readme.matchAll(/```promql\n(.*?)```/gs)]
    .flatMap(([, block]) => (block as string).split('\n'))
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

test('every query in the README gives data', async () => {
  const queries = readmeQueries();
  expect(queries.length).toBeGreaterThan(3);
  for (const expression of queries) {
    await expect
      .poll(async () => (await query(expression)).length, {
        message: `series of ${expression}`,
        timeout: 20_000,
      })
      .toBeGreaterThan(0);
  }
});
