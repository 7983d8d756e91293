/** A way to run the stack, and what must hold there. A further set-up is a further row. */
export type Setup = {
  /** `make up-<name>` starts it. */
  name: string;
  /** What `GET /metrics/` of the web app answers. */
  metricsStatus: 200 | 404;
  /** The labels that the scrape adds to each series. */
  scrapeLabels: string[];
  /** Whether request_count adds up to what was sent, and never goes down. */
  exact: boolean;
};

export const setups: Setup[] = [
  { name: 'direct', metricsStatus: 200, scrapeLabels: ['instance', 'job'], exact: false },
  { name: 'statsd', metricsStatus: 404, scrapeLabels: ['instance', 'job'], exact: true },
];
