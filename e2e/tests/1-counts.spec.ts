import { expect, test } from 'playwright/test';
import { query } from '../src/prometheus.ts';
import { saveTruth } from '../src/report.ts';
import type { Sent } from '../src/traffic.ts';
import { measureTruth, settle } from '../src/truth.ts';
import { currentSetup } from './setup.ts';

// The first of these wants a Prometheus that has seen no traffic yet; files run in the order of their names.
const cases = [
  { title: '203 requests in uneven bursts', total: 203, connections: 1, reported: true },
  { title: '20,000 requests as fast as they go', total: 20_000, connections: 16, reported: false },
];

for (const { title, total, connections, reported } of cases) {
  test(`${title}: what request_count makes of them`, async () => {
    const setup = currentSetup();
    const before = await countsOnceSettled();
    const { truth, sent, series } = await measureTruth(setup.name, { total, connections });
    if (reported) saveTruth(truth);
    expect(truth.sent).toBe(total);

    if (setup.exact) {
      expect(await countsSince(before), 'counted by endpoint, method and status').toEqual(asCounts(sent));
      expect(truth.counted, 'the highest that request_count ever was').toBe(total);
      expect(truth.resets, 'times request_count went down').toBe(0);
      expect(falls(series), 'falls between two samples').toEqual([]);
    } else {
      expect(truth.counted, 'the highest that request_count ever was').toBeLessThan(total);
      expect(truth.resets, 'times request_count went down').toBeGreaterThan(0);
      expect(falls(series).length, 'falls between two samples').toBeGreaterThan(0);
    }
  });
}

type Counts = Record<string, number>;

/** request_count and the histogram's count, by their labels, once all traffic so far is in. */
async function countsOnceSettled(): Promise<Counts> {
  await settle();
  const counts = await query('sum by (endpoint, method, http_status) (request_count)');
  const latencies = await query('sum by (endpoint) (request_latency_seconds_count)');
  return Object.fromEntries([
    ...counts.map(({ labels, value }) => [
      `${labels.method} ${labels.endpoint} ${labels.http_status}`,
      value,
    ]),
    ...latencies.map(({ labels, value }) => [`latencies of ${labels.endpoint}`, value]),
  ]);
}

/** What has been counted since; label sets that did not move are left out. */
async function countsSince(before: Counts): Promise<Counts> {
  const now = await countsOnceSettled();
  const differences = Object.entries(now).map(([key, value]) => [key, value - (before[key] ?? 0)] as const);
  return Object.fromEntries(differences.filter(([, difference]) => difference !== 0));
}

function asCounts(sent: Sent[]): Counts {
  const counts: Counts = {};
  for (const { method, endpoint, status, count } of sent) {
    counts[`${method} ${endpoint} ${status}`] = count;
    counts[`latencies of ${endpoint}`] = (counts[`latencies of ${endpoint}`] ?? 0) + count;
  }
  return counts;
}

/** Every pair of neighbouring samples of which the second is lower. */
function falls(series: Awaited<ReturnType<typeof measureTruth>>['series']): string[] {
  return series.flatMap(({ labels, samples }) =>
    samples.flatMap(([, value], i) => {
      const previous = samples[i - 1]?.[1];
      return previous !== undefined && value < previous
        ? [`${labels.endpoint}: ${previous} -> ${value}`]
        : [];
    }),
  );
}
