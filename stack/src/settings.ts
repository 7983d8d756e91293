/** What a person may set on make's command line. Complete: nothing below has to check for `undefined`. */
export type Settings = {
  /** Where to run; `undefined` asks whether a Docker engine answers. */
  runtime: RuntimeName | undefined;
  /** The stack's name: two stacks with different names and ports run side by side. */
  project: string;
  /** Workers of the web app. */
  workers: number;
  ports: Ports;
};

export const runtimeNames = ['docker', 'local'] as const;
export type RuntimeName = (typeof runtimeNames)[number];

/** Ports on this machine. In Docker the last two stay inside the stack and are not used. */
export type Ports = { webapp: number; prometheus: number; statsd: number; exporter: number };

/** The variable that moves each port. */
export const portVariables: Record<keyof Ports, string> = {
  webapp: 'WEBAPP_PORT',
  prometheus: 'PROMETHEUS_PORT',
  statsd: 'STATSD_PORT',
  exporter: 'EXPORTER_PORT',
};

export const modes = ['direct', 'statsd'] as const;
export type Mode = (typeof modes)[number];

export const services = ['webapp', 'prometheus', 'statsd-exporter'] as const;
export type Service = (typeof services)[number];

/** Something that the person at the keyboard can put right. The message is all that they need to see. */
export class UserError extends Error {
  override name = 'UserError';
}

/**
 * Reads the settings. An empty variable counts as unset, as in make.
 * @throws {UserError} naming the variable, its value and what is allowed
 */
export function loadSettings(env: Record<string, string | undefined>): Settings {
  function read<T>(name: string, fallback: T, allowed: string, parse: (value: string) => T | undefined): T {
    const value = env[name];
    if (value === undefined || value === '') return fallback;
    const parsed = parse(value);
    if (parsed === undefined) throw new UserError(`${name} is ${JSON.stringify(value)}; allowed: ${allowed}`);
    return parsed;
  }
  const integer = (from: number, to: number) => (value: string) => {
    const number = Number(value);
    return /^\d+$/.test(value) && number >= from && number <= to ? number : undefined;
  };
  const port = (key: keyof Ports, fallback: number) =>
    read(portVariables[key], fallback, 'a port number from 1 to 65535', integer(1, 65535));

  const settings: Settings = {
    runtime: read('RUNTIME', undefined, runtimeNames.join(', '), (value) =>
      runtimeNames.find((name) => name === value),
    ),
    project: read(
      'COMPOSE_PROJECT_NAME',
      'five-workers',
      'up to 20 of a-z, 0-9, _ and -, the first a letter or a digit',
      (value) => (/^[a-z0-9][a-z0-9_-]{0,19}$/.test(value) ? value : undefined),
    ),
    workers: read('WORKERS', 5, 'a whole number from 1 to 16', integer(1, 16)),
    ports: {
      webapp: port('webapp', 5000),
      prometheus: port('prometheus', 9090),
      statsd: port('statsd', 9125),
      exporter: port('exporter', 9102),
    },
  };
  refuseSharedPorts(settings.ports);
  return settings;
}

function refuseSharedPorts({ webapp, prometheus, exporter }: Ports): void {
  // STATSD_PORT is UDP and may share its number with a TCP port.
  const pairs = [
    ['WEBAPP_PORT', webapp, 'PROMETHEUS_PORT', prometheus],
    ['WEBAPP_PORT', webapp, 'EXPORTER_PORT', exporter],
    ['PROMETHEUS_PORT', prometheus, 'EXPORTER_PORT', exporter],
  ] as const;
  for (const [name, value, other, otherValue] of pairs) {
    if (value === otherValue)
      throw new UserError(`${name} and ${other} are both ${value}; give each its own port`);
  }
}
