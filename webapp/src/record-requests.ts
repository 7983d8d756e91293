import type { Request, RequestHandler } from 'express';
import type { Recorder } from './metrics/recorder.ts';

/** The status of a request whose client left before the response was complete: nginx's name for it, and its number. */
const CLIENT_CLOSED_REQUEST = 499;

/**
 * An Express middleware that records every response exactly once: answered, failed or aborted. Mount it above the
 * routes that are to be counted and below those that are not.
 */
export function recordRequests(recorder: Recorder): RequestHandler {
  return (req, res, next) => {
    const start = performance.now();
    // `close` follows `finish`, and comes alone when the client hangs up, with `statusCode` still at its first 200.
    res.once('close', () => {
      recorder.record({
        method: req.method,
        endpoint: endpointOf(req),
        status: res.writableFinished ? res.statusCode : CLIENT_CLOSED_REQUEST,
        seconds: (performance.now() - start) / 1000,
      });
    });
    next();
  };
}

/**
 * The pattern of the route that matched, or `unmatched`. A mounted router's prefix is left out on purpose: `req.baseUrl`
 * holds the raw path, so with a parameter in the prefix it would be a new series for every value.
 */
function endpointOf(req: Request): string {
  return req.route === undefined ? 'unmatched' : String(req.route.path);
}
