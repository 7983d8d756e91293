import { StatsD } from 'hot-shots';
import { createDatagramStream } from './datagram-stream.ts';
import { appName, knownRequests, requestCount, requestLatency } from './definitions.ts';
import { createOutageLog } from './outage-log.ts';
import type { Recorder } from './recorder.ts';

/** Where the StatsD receiver listens, and where to say that it does not. */
export type StatsdOptions = { host: string; port: number; log: (line: string) => void };

/** How long `close` waits for the last datagram to leave, in milliseconds. */
const CLOSE_DEADLINE_MS = 1000;

/**
 * Pushes every response to a StatsD receiver as DogStatsD lines over UDP: all workers add to one sum. A receiver that
 * cannot be reached costs the samples of that time, never a request.
 */
export function createStatsdRecorder({ host, port, log }: StatsdOptions): Recorder {
  const outage = createOutageLog(`StatsD receiver ${host}:${port}`, log);
  const stream = createDatagramStream({
    host,
    port,
    onFailure: outage.failed,
    onSuccess: outage.recovered,
  });
  const statsd = new StatsD({
    protocol: 'stream',
    stream,
    // 1,432 bytes is what an Ethernet frame takes without fragments, less room for tunnels: Datadog's advice for UDP. One
    // of them is the newline that hot-shots adds to each chunk of a stream.
    maxBufferSize: 1431,
    bufferFlushInterval: 500,
    // Without a handler a failed send is an 'error' event that nobody hears, and ends the worker.
    errorHandler: outage.failed,
    // hot-shots turns to Datadog's extended lines when it sees a DD_* variable; statsd_exporter drops those.
    datadog: false,
    includeDataDogTags: false,
    includeDatadogTelemetry: false,
  });

  for (const { method, endpoint, status } of knownRequests) {
    statsd.increment(requestCount.name, 0, {
      app_name: appName,
      method,
      endpoint,
      http_status: String(status),
    });
  }

  return {
    record({ method, endpoint, status, seconds }) {
      statsd.increment(requestCount.name, {
        app_name: appName,
        method,
        endpoint,
        http_status: String(status),
      });
      // The type `h` carries the value as it is, in seconds; `ms` would be divided by 1000. Microseconds are enough.
      const value = Math.round(seconds * 1e6) / 1e6;
      statsd.histogram(requestLatency.name, value, { app_name: appName, endpoint });
    },
    async close() {
      await Promise.race([
        new Promise<void>((resolve) => statsd.close(() => resolve())),
        new Promise<void>((resolve) => setTimeout(resolve, CLOSE_DEADLINE_MS).unref()),
      ]);
    },
  };
}
