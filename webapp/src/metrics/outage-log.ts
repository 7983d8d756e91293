/** Turns a stream of failures and successes into one line when an outage begins and one when it ends. */
export type OutageLog = { failed(error: Error): void; recovered(): void };

/** `subject` begins each line: what cannot be reached, e.g. `StatsD receiver statsd-exporter:9125`. */
export function createOutageLog(subject: string, log: (line: string) => void): OutageLog {
  let since: number | undefined;
  return {
    failed(error) {
      if (since !== undefined) return;
      since = Date.now();
      log(
        `${subject} cannot be reached (${error.message}); requests are served on, their metrics are lost until it is back`,
      );
    },
    recovered() {
      if (since === undefined) return;
      log(`${subject} is back after ${Math.round((Date.now() - since) / 1000)} s`);
      since = undefined;
    },
  };
}
