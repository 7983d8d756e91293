import { poll } from '../../stack/src/poll.ts';
import { queryOne, type Samples, samplesSince } from './prometheus.ts';
import { webapp } from './stack.ts';
import { type Sent, sendTraffic, type TrafficOptions } from './traffic.ts';

/** What was sent in one set-up, and what Prometheus makes of it. */
export type Truth = {
  setup: string;
  /** Requests that were answered. */
  sent: number;
  /** The highest that request_count ever was, over all its series, less what it was before. */
  counted: number;
  /** `sum(increase(request_count[5m]))`, which on a new stack is this traffic; extrapolated, as it always is. */
  increase: number;
  /** How often request_count went down, in the series that did so most. */
  resets: number;
};

/** Scrapes to look at after the last request: enough to meet each of five workers, whichever comes first. */
const SCRAPES = 6;

/** Sends traffic, waits until Prometheus has seen it, and holds the two side by side. */
export async function measureTruth(setup: string, options: Omit<TrafficOptions, 'url'>) {
  await settle();
  const since = Date.now() / 1000;
  const before = await queryOne('sum(request_count)');
  const sent = await sendTraffic({ url: webapp, ...options });
  await settle(SCRAPES);

  const series = await samplesSince('request_count', since);
  const range = `${Math.ceil(Date.now() / 1000 - since) + 5}s`;
  const truth: Truth = {
    setup,
    sent: total(sent),
    counted: highestSum(series) - (before ?? 0),
    increase: (await queryOne('sum(increase(request_count[5m]))')) ?? 0,
    resets: (await queryOne(`max(resets(request_count[${range}]))`)) ?? 0,
  };
  return { truth, sent, series, since };
}

/**
 * Waits until everything that was answered so far has reached Prometheus: until samples have been scraped a second
 * after now, which is longer than the app holds a sample back.
 */
export async function settle(scrapes = 1): Promise<void> {
  const from = Date.now() / 1000 + 1;
  await poll({
    expectation: `${scrapes} scrapes after this moment`,
    timeoutMs: 30_000 + scrapes * 10_000,
    async attempt() {
      const seen = (await samplesSince('up{job!="prometheus"}', from - 1))
        .map(({ samples }) => samples.filter(([time]) => time > from).length)
        .reduce((least, count) => Math.min(least, count), Number.POSITIVE_INFINITY);
      if (!Number.isFinite(seen) || seen < scrapes) throw new Error(`${seen} scrapes`);
    },
  });
}

export function total(sent: Sent[]): number {
  return sent.reduce((sum, { count }) => sum + count, 0);
}

/** The highest sum over all series at one scrape: samples of one scrape have the same time. */
function highestSum(series: Samples[]): number {
  const sums = new Map<number, number>();
  for (const { samples } of series) {
    for (const [time, value] of samples) sums.set(time, (sums.get(time) ?? 0) + value);
  }
  return Math.max(0, ...sums.values());
}

/** The table of the README and of the report. */
export function truthTable(truths: Truth[]): string {
  const rows = truths.map(({ setup, sent, counted, increase, resets }) => [
    setup,
    sent,
    counted,
    Math.round(increase),
    resets,
  ]);
  return [
    ['set-up', 'requests sent', 'request_count says', 'increase() says', 'times it went down'],
    ['---', '--:', '--:', '--:', '--:'],
    ...rows,
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
