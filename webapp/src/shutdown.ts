import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorder } from './metrics/recorder.ts';

/** The whole of a shutdown, in milliseconds. pm2's kill_timeout and Compose's stop_grace_period are longer. */
export const SHUTDOWN_DEADLINE_MS = 6000;

/**
 * How long a worker that is about to stop still answers, each time with `Connection: close`, in milliseconds. Measured
 * with `pm2 reload` under load: closing at once cuts idle keep-alive connections just as their next request comes in
 * (some 25 resets per reload); after half a second of telling clients to go, none.
 */
const DRAIN_MS = 500;

/** How long requests in flight may take to finish before their connections are cut, in milliseconds. */
const IN_FLIGHT_MS = 4000;

/**
 * Ends a server without losing a request or a metric: sends its clients elsewhere, stops accepting, finishes what is
 * in flight, and only then closes the recorder, which by then has seen every response.
 */
export async function shutDown(server: Server, recorder: Recorder): Promise<void> {
  server.prependListener('request', (_req, res) => {
    res.shouldKeepAlive = false;
  });
  await sleep(DRAIN_MS);
  // A request that is cut is one that was aborted: it is counted as such, and the rest is still flushed.
  const cut = setTimeout(() => server.closeAllConnections(), IN_FLIGHT_MS);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(cut);
  await recorder.close();
}
