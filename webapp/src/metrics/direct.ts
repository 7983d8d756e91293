import { Counter, Histogram, Registry } from 'prom-client';
import { appName, knownRequests, requestCount, requestLatency } from './definitions.ts';
import type { Recorder } from './recorder.ts';

/**
 * Keeps the metrics in this process, for a scrape of this process. Right for one process; with five behind one
 * address each scrape shows one worker's fifth, which is the flaw that this demo is about.
 */
export function createDirectRecorder(): Recorder {
  const registry = new Registry();
  const count = new Counter({ ...requestCount, registers: [registry] });
  const latency = new Histogram({
    ...requestLatency,
    buckets: [...requestLatency.buckets],
    registers: [registry],
  });

  for (const { method, endpoint, status } of knownRequests) {
    count.inc({ app_name: appName, method, endpoint, http_status: status }, 0);
    latency.zero({ app_name: appName, endpoint });
  }

  return {
    record({ method, endpoint, status, seconds }) {
      count.inc({ app_name: appName, method, endpoint, http_status: status });
      latency.observe({ app_name: appName, endpoint }, seconds);
    },
    async expose() {
      // Prometheus 3 refuses a scrape without a content type that it knows.
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
    async close() {},
  };
}
