import { expect, test } from 'playwright/test';
import { asCounts, countsOnceSettled, countsSince } from '../src/counts.ts';
import { saveTruth } from '../src/report.ts';
import { measureTruth } from '../src/truth.ts';
import { setup } from './setup.ts';

// The first of these wants a Prometheus that has seen no traffic yet; files run in the order of their names.
const cases = [
  { title: '203 requests in uneven bursts', total: 203, clients: 5, concurrent: false, reported: true },
  {
    title: '20,000 requests as fast as they go',
    total: 20_000,
    clients: 16,
    concurrent: true,
    reported: false,
  },
];

for (const { title, reported, ...traffic } of cases) {
  test(`${title}: what request_count makes of them`, async () => {
    const { total } = traffic;
    const before = await countsOnceSettled();
    const { truth, sent, series } = await measureTruth(setup.name, traffic);
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
