import { Agent, request } from 'node:http';

/** How often an endpoint answered with a status: the truth to hold Prometheus against. */
export type Sent = { method: string; endpoint: string; status: number; count: number };

export type TrafficOptions = {
  /** Address of the web app, e.g. `http://127.0.0.1:5000`. */
  url: string;
  /** How many requests to send. */
  total: number;
  /** Connections at a time; one unless set. With one, requests follow each other; with many, they go as fast as they can. */
  connections?: number;
  /** Called after each answer with the number of answers so far. */
  onProgress?: (done: number) => void;
};

/**
 * Requests in one burst, over and over. A cluster deals out connections in turn, and each burst is one connection, so
 * each of five workers gets bursts of its own size. With even traffic the workers would hold nearly equal counts, and a
 * scrape of the next worker would hide what it should show.
 */
const BURSTS = [3, 21, 8, 34, 1];

/** One request in this many goes to the endpoint that fails. */
const FAILING_EVERY = 4;

/**
 * Sends requests in uneven bursts that each keep one connection.
 * @returns what was answered, by endpoint and status
 * @throws where a request gets no answer, naming how many were answered before it
 */
export async function sendTraffic({
  url,
  total,
  connections = 1,
  onProgress,
}: TrafficOptions): Promise<Sent[]> {
  const sent = new Map<string, Sent>();
  let begun = 0;
  let bursts = 0;
  let done = 0;

  async function sendBurst(size: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      for (let i = 0; i < size && begun < total; i++) {
        const endpoint = begun++ % FAILING_EVERY === FAILING_EVERY - 1 ? '/test1/' : '/test/';
        const status = await get(url + endpoint, agent, done);
        const key = `${endpoint} ${status}`;
        const entry = sent.get(key) ?? { method: 'GET', endpoint, status, count: 0 };
        sent.set(key, { ...entry, count: entry.count + 1 });
        done++;
        onProgress?.(done);
      }
    } finally {
      agent.destroy();
    }
  }

  async function sendBursts(): Promise<void> {
    while (begun < total) await sendBurst(BURSTS[bursts++ % BURSTS.length] as number);
  }

  await Promise.all(Array.from({ length: connections }, sendBursts));
  return [...sent.values()];
}

function get(url: string, agent: Agent, before: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(new Error(`${url}: ${error.message}, after ${before} requests`, { cause: error }));
    const outgoing = request(url, { agent, timeout: 10_000 }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode as number));
      response.once('error', fail);
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer for 10 s')));
    outgoing.once('error', fail);
    outgoing.end();
  });
}
