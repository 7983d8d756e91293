import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, loadConfig } from '../src/config.ts';

test('an empty environment gives the defaults', () => {
  assert.deepEqual(loadConfig({}), {
    metricsMode: 'direct',
    host: '127.0.0.1',
    port: 5000,
    statsdHost: '127.0.0.1',
    statsdPort: 9125,
  });
});

test('every variable is read', () => {
  const env = {
    METRICS_MODE: 'statsd',
    HOST: '::1',
    PORT: '80',
    STATSD_HOST: 'statsd-exporter',
    STATSD_PORT: '65535',
  };
  assert.deepEqual(loadConfig(env), {
    metricsMode: 'statsd',
    host: '::1',
    port: 80,
    statsdHost: 'statsd-exporter',
    statsdPort: 65535,
  });
});

const refused: [string, string, string][] = [
  ['METRICS_MODE', 'push', 'METRICS_MODE is "push"; allowed: one of direct, statsd, log'],
  ['METRICS_MODE', '', 'METRICS_MODE is ""; allowed: one of direct, statsd, log'],
  ['METRICS_MODE', 'Direct', 'METRICS_MODE is "Direct"; allowed: one of direct, statsd, log'],
  ['METRICS_MODE', 'toString', 'METRICS_MODE is "toString"; allowed: one of direct, statsd, log'],
  ['PORT', '0', 'PORT is "0"; allowed: a port number from 1 to 65535'],
  ['PORT', '65536', 'PORT is "65536"; allowed: a port number from 1 to 65535'],
  ['PORT', '80.5', 'PORT is "80.5"; allowed: a port number from 1 to 65535'],
  ['PORT', '0x50', 'PORT is "0x50"; allowed: a port number from 1 to 65535'],
  ['PORT', ' 80', 'PORT is " 80"; allowed: a port number from 1 to 65535'],
  ['PORT', '', 'PORT is ""; allowed: a port number from 1 to 65535'],
  ['STATSD_PORT', '-1', 'STATSD_PORT is "-1"; allowed: a port number from 1 to 65535'],
  ['STATSD_PORT', 'udp', 'STATSD_PORT is "udp"; allowed: a port number from 1 to 65535'],
  ['HOST', '', 'HOST is ""; allowed: a host name or an IP address'],
  ['STATSD_HOST', 'two words', 'STATSD_HOST is "two words"; allowed: a host name or an IP address'],
  ['STATSD_HOST', 'http://x', 'STATSD_HOST is "http://x"; allowed: a host name or an IP address'],
  ['STATSD_HOST', 'a\nb', 'STATSD_HOST is "a\\nb"; allowed: a host name or an IP address'],
];

for (const [name, value, message] of refused) {
  test(`${name}=${JSON.stringify(value)} is refused in one line`, () => {
    assert.throws(() => loadConfig({ [name]: value }), new ConfigError(message));
  });
}
