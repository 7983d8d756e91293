import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requireFreePorts } from '../src/ports.ts';
import { UserError } from '../src/settings.ts';
import { freePorts, takeTcp, takeUdp } from './support/ports.ts';

const all = ['webapp', 'prometheus', 'statsd', 'exporter'] as const;
const tcp = [
  ['webapp', 'WEBAPP_PORT'],
  ['prometheus', 'PROMETHEUS_PORT'],
  ['exporter', 'EXPORTER_PORT'],
] as const;

test('free ports pass, and can be listened on afterwards', async () => {
  const ports = await freePorts();
  await requireFreePorts(ports, [...all]);
  for (const [key] of tcp) await (await takeTcp('127.0.0.1', ports[key])).release();
  await (await takeUdp('127.0.0.1', ports.statsd)).release();
});

describe('a taken TCP port is named, with its variable, and can be listened on once it is free', () => {
  for (const address of ['127.0.0.1', '0.0.0.0']) {
    for (const [key, variable] of tcp) {
      test(`${variable}, taken on ${address}`, async () => {
        const taken = await takeTcp(address);
        const ports = { ...(await freePorts()), [key]: taken.port };
        await assert.rejects(
          requireFreePorts(ports, [...all]),
          new UserError(`port ${taken.port} is taken; choose another with the variable ${variable}`),
        );
        await taken.release();
        await requireFreePorts(ports, [...all]);
        await (await takeTcp(address, taken.port)).release();
      });
    }
  }
});

describe('a taken UDP port is named, with its variable, and can be listened on once it is free', () => {
  for (const address of ['127.0.0.1', '0.0.0.0']) {
    test(`STATSD_PORT, taken on ${address}`, async () => {
      const taken = await takeUdp(address);
      const ports = { ...(await freePorts()), statsd: taken.port };
      await assert.rejects(
        requireFreePorts(ports, [...all]),
        new UserError(`port ${taken.port} is taken; choose another with the variable STATSD_PORT`),
      );
      await taken.release();
      await requireFreePorts(ports, [...all]);
      await (await takeUdp(address, taken.port)).release();
    });
  }
});

test('a TCP port does not stand in the way of the same UDP port, nor the other way round', async () => {
  const tcpPort = await takeTcp('127.0.0.1');
  const udpPort = await takeUdp('127.0.0.1');
  const ports = { ...(await freePorts()), statsd: tcpPort.port, webapp: udpPort.port };
  await requireFreePorts(ports, [...all]);
});

test('of several taken ports the first that was asked for is named', async () => {
  const webapp = await takeTcp('127.0.0.1');
  const statsd = await takeUdp('127.0.0.1');
  const ports = { ...(await freePorts()), webapp: webapp.port, statsd: statsd.port };
  await assert.rejects(
    requireFreePorts(ports, ['prometheus', 'statsd', 'webapp']),
    new UserError(`port ${statsd.port} is taken; choose another with the variable STATSD_PORT`),
  );
});

test('a taken port that was not asked for is no problem', async () => {
  const taken = await takeTcp('127.0.0.1');
  await requireFreePorts({ ...(await freePorts()), exporter: taken.port }, ['webapp', 'prometheus']);
});
