import { prometheus } from './stack.ts';

export type Labels = Record<string, string>;
/** A series with one value, as an instant query gives it. */
export type Value = { labels: Labels; value: number };
/** A series with the samples that are stored: the time in seconds since 1970, and the value. */
export type Samples = { labels: Labels; samples: [time: number, value: number][] };

/** The values of an expression, now. */
export async function query(expression: string): Promise<Value[]> {
  const result = await get<{ metric: Labels; value: [number, string] }[]>('query', { query: expression });
  return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

/** The one value of an expression that gives no or one series; `undefined` where there is none. */
export async function queryOne(expression: string): Promise<number | undefined> {
  return (await query(expression))[0]?.value;
}

/** The samples of a selector since a time, as Prometheus stored them. */
export async function samplesSince(selector: string, since: number): Promise<Samples[]> {
  const range = `${Math.ceil(Date.now() / 1000 - since)}s`;
  const result = await get<{ metric: Labels; values: [number, string][] }[]>('query', {
    query: `${selector}[${range}]`,
  });
  return result.map(({ metric, values }) => ({
    labels: metric,
    samples: values.filter(([time]) => time >= since).map(([time, value]) => [time, Number(value)]),
  }));
}

/** Prometheus' answer to a call of its HTTP API. */
async function get<T>(call: string, parameters: Record<string, string>): Promise<T> {
  const url = `${prometheus}/api/v1/${call}?${new URLSearchParams(parameters)}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const body = (await response.json()) as { status: string; error?: string; data: { result: T } };
  if (body.status !== 'success') throw new Error(`${JSON.stringify(parameters)}: ${body.error}`);
  return body.data.result;
}
