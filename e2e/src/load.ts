import { Agent } from 'node:http';
import { get } from './http.ts';

/** What became of the requests of a load. */
export type LoadResult = {
  /** Requests that got a whole answer, by `METHOD endpoint status`. */
  answered: Record<string, number>;
  /** What went wrong with the others, one line each. */
  failures: string[];
  /** Milliseconds from each request to the end of its answer, in order. */
  latencies: number[];
};

export type Load = {
  /** Answers so far. */
  answers(): number;
  /** Sends no more, and waits for what is under way. */
  stop(): Promise<LoadResult>;
};

export type LoadOptions = {
  url: string;
  /** Clients, each with a connection that it keeps, as fast as they can. */
  clients: number;
  /** A client whose connection is refused has nobody left to ask: it ends, and that is no failure. */
  endWhenRefused?: boolean;
};

/** Sends `GET /test/` from several clients until it is told to stop. */
export function startLoad({ url, clients, endWhenRefused = false }: LoadOptions): Load {
  const result: LoadResult = { answered: {}, failures: [], latencies: [] };
  let stopped = false;

  async function client(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopped) {
      const start = performance.now();
      try {
        const status = await get(`${url}/test/`, agent);
        const key = `GET /test/ ${status}`;
        result.answered[key] = (result.answered[key] ?? 0) + 1;
        result.latencies.push(performance.now() - start);
      } catch (error) {
        const { code = '', message } = error as NodeJS.ErrnoException;
        if (endWhenRefused && code === 'ECONNREFUSED') break;
        result.failures.push(message);
      }
    }
    agent.destroy();
  }

  const running = Promise.all(Array.from({ length: clients }, client));
  return {
    answers: () => result.latencies.length,
    async stop() {
      stopped = true;
      await running;
      return result;
    },
  };
}

/** The value below which a share of the values lies, e.g. 0.99 for the p99. */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
