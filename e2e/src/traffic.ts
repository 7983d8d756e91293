import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { get } from './http.ts';

/** How often an endpoint answered with a status: the truth to hold Prometheus against. */
export type Sent = { method: string; endpoint: string; status: number; count: number };

export type TrafficOptions = {
  /** Address of the web app, e.g. `http://127.0.0.1:5000`. */
  url: string;
  /** How many requests to send. */
  total: number;
  /** Clients, each with a connection that it keeps; five unless set. */
  clients?: number;
  /** All clients at once, as fast as they can; unless set, one request follows the other. */
  concurrent?: boolean;
  /** Requests per second, for traffic that draws a graph; unless set, as fast as they go. Not with `concurrent`. */
  rate?: number | undefined;
  /** Called after each answer with the number of answers so far. */
  onProgress?: (done: number) => void;
};

/**
 * How much each of five clients sends, in proportion; also the size of its bursts. A cluster deals out connections in
 * turn, so each worker gets a client of its own, and a count of its own. With even traffic the workers would hold
 * nearly equal counts, and the next scrape would hide what it should show.
 */
const WEIGHTS = [4, 9, 6, 12, 2];

/** One request in this many goes to the endpoint that fails. */
const FAILING_EVERY = 4;

/**
 * Sends requests in uneven bursts over kept connections.
 * @returns what was answered, by endpoint and status
 * @throws where a request gets no answer, naming how many were answered before it
 */
export async function sendTraffic(options: TrafficOptions): Promise<Sent[]> {
  const { url, total, concurrent = false, rate } = options;
  const clients = createClients(options.clients ?? WEIGHTS.length, total);
  const sent = new Map<string, Sent>();
  const start = Date.now();
  let begun = 0;
  let done = 0;

  async function sendBurst(client: Client, size: number): Promise<void> {
    for (; size > 0 && client.left > 0; size--) {
      client.left--;
      const endpoint = begun++ % FAILING_EVERY === FAILING_EVERY - 1 ? '/test1/' : '/test/';
      if (rate) await sleep(start + (begun * 1000) / rate - Date.now());
      const status = await get(url + endpoint, client.agent).catch((cause: Error) => {
        throw new Error(`${url}${endpoint}: ${cause.message}, after ${done} requests`, { cause });
      });
      const key = `${endpoint} ${status}`;
      const entry = sent.get(key) ?? { method: 'GET', endpoint, status, count: 0 };
      sent.set(key, { ...entry, count: entry.count + 1 });
      done++;
      options.onProgress?.(done);
    }
  }

  try {
    if (concurrent) {
      await Promise.all(clients.map((client) => sendBurst(client, client.left)));
    } else {
      while (done < total) for (const client of clients) await sendBurst(client, client.weight);
    }
  } finally {
    for (const { agent } of clients) agent.destroy();
  }
  return [...sent.values()];
}

type Client = { agent: Agent; weight: number; left: number };

/** Clients in a random order: run after run in the same order, the workers might get the same counts after all. */
function createClients(count: number, total: number): Client[] {
  const weights = Array.from({ length: count }, (_, i) => WEIGHTS[i % WEIGHTS.length] as number);
  const sum = weights.reduce((a, b) => a + b, 0);
  const clients = weights.map((weight) => ({
    agent: new Agent({ keepAlive: true, maxSockets: 1 }),
    weight,
    left: Math.floor((total * weight) / sum),
  }));
  // What rounding left over goes to the heaviest.
  const heaviest = clients.reduce((a, b) => (b.weight > a.weight ? b : a));
  heaviest.left += total - clients.reduce((all, { left }) => all + left, 0);
  return clients
    .map((client) => ({ client, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ client }) => client);
}
