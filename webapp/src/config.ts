/** The ways to report metrics, in the order in which an error lists them. */
export const metricsModes = ['direct', 'statsd', 'log'] as const;
export type MetricsMode = (typeof metricsModes)[number];

/** Everything that the environment can say. Complete: nothing below has to check for `undefined`. */
export type Config = {
  metricsMode: MetricsMode;
  /** The address and the TCP port to serve on. */
  host: string;
  port: number;
  /** Where the StatsD receiver listens (UDP). Used in the mode `statsd` only. */
  statsdHost: string;
  statsdPort: number;
};

/** A variable has a value that is not allowed. The message is one line: the variable, the value, what is allowed. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

type Environment = Record<string, string | undefined>;

/**
 * Reads the configuration, once.
 * @throws {ConfigError} at the first value that is not allowed
 */
export function loadConfig(env: Environment): Config {
  return {
    metricsMode: oneOf(env, 'METRICS_MODE', metricsModes, 'direct'),
    host: text(env, 'HOST', '127.0.0.1'),
    port: port(env, 'PORT', 5000),
    statsdHost: text(env, 'STATSD_HOST', '127.0.0.1'),
    statsdPort: port(env, 'STATSD_PORT', 9125),
  };
}

function oneOf<T extends string>(env: Environment, name: string, allowed: readonly T[], fallback: T): T {
  const value = env[name] ?? fallback;
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw refusal(name, value, `one of ${allowed.join(', ')}`);
  return found;
}

function text(env: Environment, name: string, fallback: string): string {
  const value = env[name] ?? fallback;
  if (!/^[A-Za-z0-9.:_-]+$/.test(value)) throw refusal(name, value, 'a host name or an IP address');
  return value;
}

function port(env: Environment, name: string, fallback: number): number {
  const value = env[name] ?? String(fallback);
  const number = Number(value);
  if (!/^\d{1,5}$/.test(value) || number < 1 || number > 65535) {
    throw refusal(name, value, 'a port number from 1 to 65535');
  }
  return number;
}

function refusal(name: string, value: string, allowed: string): ConfigError {
  return new ConfigError(`${name} is ${JSON.stringify(value)}; allowed: ${allowed}`);
}
