/** One response, as a metric sees it. */
export type RequestSample = {
  /** The request's HTTP method, e.g. `GET`. */
  method: string;
  /** The matched route's pattern, never the raw path: a path is the client's choice, and each new one a new series. */
  endpoint: string;
  /** The response's status code; 499 where the client left before the response was complete. */
  status: number;
  /** From the request's arrival to the response's end, in seconds. */
  seconds: number;
};

/** A way to report request metrics. The rest of the app knows nothing more about metrics than this. */
export type Recorder = {
  /** Records one response. Never throws and never waits: a failure to report must not become the request's. */
  record(sample: RequestSample): void;
  /** The metrics as text, for a scrape. Absent where metrics are pushed. */
  expose?(): Promise<{ contentType: string; body: string }>;
  /** Sends what is still held back and lets go of sockets and timers. Takes no more than a second, whatever the network does. */
  close(): Promise<void>;
};
