import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { expect, test } from 'playwright/test';
import { runCommand, workers } from '../src/make.ts';
import { prometheus, webapp } from '../src/stack.ts';
import { setup } from './setup.ts';

const inDocker = process.env.STACK_RUNTIME === 'docker';
const services = ['webapp', 'prometheus', ...(setup.exact ? ['statsd-exporter'] : [])];

if (existsSync('/proc/net/tcp')) {
  test('what listens on this machine does so on loopback only', () => {
    const ports = [webapp, prometheus].map((address) => Number(new URL(address).port));
    if (!inDocker && setup.exact) ports.push(Number(process.env.EXPORTER_PORT));
    for (const port of ports) expect(listeners('tcp', port), `TCP port ${port}`).toEqual(['127.0.0.1']);
    if (!inDocker && setup.exact) {
      expect(listeners('udp', Number(process.env.STATSD_PORT)), 'UDP port').toEqual(['127.0.0.1']);
    }
  });
}

if (!inDocker && existsSync('/proc/net/udp')) {
  test('no worker takes datagrams from elsewhere', async () => {
    const sockets = new Set((await workers()).flatMap(({ pid }) => socketsOf(pid)));
    const local = readTable('/proc/net/udp')
      .filter((columns) => sockets.has(columns[9] ?? ''))
      .map(([, address = '']) => decodeIpv4(address));
    expect(new Set(local)).toEqual(new Set(setup.exact ? ['127.0.0.1'] : []));
  });
}

if (inDocker) {
  for (const service of services) {
    test(`${service} is not root, has no capability, can gain none, and cannot write to its filesystem`, async () => {
      const status = await inside(service, 'cat', '/proc/1/status');
      expect(status.output).not.toMatch(/^Uid:\t0\b/m);
      expect(status.output).toMatch(/^CapEff:\t0{16}$/m);
      expect(status.output).toMatch(/^CapBnd:\t0{16}$/m);
      expect(status.output).toMatch(/^NoNewPrivs:\t1$/m);
      for (const file of ['/etc/intruder', '/bin/intruder', '/intruder']) {
        const { code, output } = await inside(service, 'touch', file);
        expect([code, output]).toEqual([1, expect.stringMatching(/Read-only file system/)]);
      }
    });
  }

  test('only the web app and Prometheus are published', async () => {
    const { output } = await runCommand('docker', ['compose', 'ps', '--format', 'json'], {}, false);
    const published = output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map(
        (line) =>
          JSON.parse(line) as { Service: string; Publishers: { PublishedPort: number; URL: string }[] },
      )
      .flatMap(({ Service, Publishers }) =>
        Publishers.filter(({ PublishedPort }) => PublishedPort > 0).map(({ URL }) => `${Service} on ${URL}`),
      );
    expect(published.sort()).toEqual(['prometheus on 127.0.0.1', 'webapp on 127.0.0.1']);
  });
}

function inside(service: string, ...command: string[]) {
  return runCommand('docker', ['compose', 'exec', '-T', service, ...command], {}, false);
}

/** The local addresses that something listens on with a port, as the kernel tells them. */
function listeners(protocol: 'tcp' | 'udp', port: number): string[] {
  const LISTENING = { tcp: '0A', udp: '07' }[protocol];
  const ipv4 = readTable(`/proc/net/${protocol}`).filter(
    ([, local, , state]) => state === LISTENING && isOn(local),
  );
  const ipv6 = readTable(`/proc/net/${protocol}6`).filter(
    ([, local, , state]) => state === LISTENING && isOn(local),
  );
  return [...ipv4.map(([, local = '']) => decodeIpv4(local)), ...ipv6.map(([, local = '']) => local)];

  function isOn(local = ''): boolean {
    return Number.parseInt(local.split(':')[1] ?? '', 16) === port;
  }
}

/** The numbers of the sockets that a process has open. */
function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1] ?? [];
    } catch {
      return []; // Closed in the meantime.
    }
  });
}

function readTable(file: string): string[][] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
}

/** `0100007F:1388` is 127.0.0.1, its bytes backwards. */
function decodeIpv4(local: string): string {
  return (local.slice(0, 8).match(/../g) ?? [])
    .map((byte) => Number.parseInt(byte, 16))
    .reverse()
    .join('.');
}
