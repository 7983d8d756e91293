import type { Mode, Ports } from './settings.ts';
import { waitFor } from './wait.ts';

/** How long the first sample may take: a start of Prometheus, a scrape interval of 5 s, and a slow machine. */
const TIMEOUT_MS = 60_000;

/**
 * Waits until a query for `request_count` gives a sample that was scraped after `since`: one from an earlier run does
 * not count.
 */
export async function waitForRequestCount(prometheusPort: number, since: Date): Promise<void> {
  const query = `timestamp(request_count) >= ${since.getTime() / 1000}`;
  const url = `http://127.0.0.1:${prometheusPort}/api/v1/query?query=${encodeURIComponent(query)}`;
  await waitFor({
    expectation: 'request_count in Prometheus',
    timeoutMs: TIMEOUT_MS,
    async attempt() {
      const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
      const body = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${body.slice(0, 200)}`);
      if (JSON.parse(body).data.result.length === 0) throw new Error('no series yet');
    },
  });
}

/** Says where everything is and what to do next. */
export function printAddresses(mode: Mode, ports: Ports): void {
  const app = `http://localhost:${ports.webapp}`;
  const prometheus = `http://localhost:${ports.prometheus}`;
  const graph = `${prometheus}/graph?g0.expr=request_count&g0.tab=0&g0.range_input=5m`;
  const lines = [
    ['web app', `${app}/test/ (answers "rest"), ${app}/test1/ (fails)`],
    ...(mode === 'direct' ? [['metrics', `${app}/metrics/ (of whichever worker answers)`]] : []),
    ['Prometheus', prometheus],
    ['the graph', graph],
    [
      'next',
      `make traffic${ports.webapp === 5000 ? '' : ` WEBAPP_PORT=${ports.webapp}`}, then look at the graph`,
    ],
  ];
  console.log(`\nThe set-up "${mode}" is up.\n`);
  for (const [name, value] of lines) console.log(`  ${name?.padEnd(11)} ${value}`);
  console.log();
}
