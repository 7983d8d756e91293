import { query } from './prometheus.ts';
import type { Sent } from './traffic.ts';
import { settle } from './truth.ts';

/** Requests by `METHOD endpoint status`, and observations of latency by `latencies of endpoint`. */
export type Counts = Record<string, number>;

/** What Prometheus has counted, once all that was answered so far is in. */
export async function countsOnceSettled(): Promise<Counts> {
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

/** What has been counted since; what did not move is left out. */
export async function countsSince(before: Counts): Promise<Counts> {
  const now = await countsOnceSettled();
  const differences = Object.entries(now).map(([key, value]) => [key, value - (before[key] ?? 0)] as const);
  return Object.fromEntries(differences.filter(([, difference]) => difference !== 0));
}

/** What should have been counted of what was sent. */
export function asCounts(sent: Sent[]): Counts {
  const counts: Counts = {};
  for (const { method, endpoint, status, count } of sent) {
    counts[`${method} ${endpoint} ${status}`] = count;
    counts[`latencies of ${endpoint}`] = (counts[`latencies of ${endpoint}`] ?? 0) + count;
  }
  return counts;
}
