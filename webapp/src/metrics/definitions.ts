/** The value of the label `app_name`, as in the article. */
export const appName = 'test_app';

/** Requests answered. The name, the help text and the labels are the article's, less its `_counter` suffix for StatsD. */
export const requestCount = {
  name: 'request_count',
  help: 'App Request Count',
  labelNames: ['app_name', 'method', 'endpoint', 'http_status'],
} as const;

/** The time that a request took, in seconds. */
export const requestLatency = {
  name: 'request_latency_seconds',
  help: 'Request latency in seconds',
  labelNames: ['app_name', 'endpoint'],
  // The default buckets of Prometheus' own clients (client_golang's DefBuckets), and two finer ones below them:
  // this app answers in well under 5 ms, where one bucket would make every quantile the same interpolated guess.
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
} as const;

/**
 * The label sets that are known before the first request. Each is recorded with 0 at start: `increase()` and `rate()`
 * compare samples, so they never see the step from "no series" to 1.
 */
export const knownRequests = [
  { method: 'GET', endpoint: '/test/', status: 200 },
  { method: 'GET', endpoint: '/test1/', status: 500 },
  { method: 'GET', endpoint: 'unmatched', status: 404 },
] as const;
