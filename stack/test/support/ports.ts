import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A port with somebody on it, until `release`, or until the process ends: it keeps no process alive. */
export type Taken = { port: number; release: () => Promise<void> };

/** Listens on a TCP port, by default any free one. */
export async function takeTcp(address: string, port = 0): Promise<Taken> {
  const server = createServer().listen(port, address).unref();
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async release() {
      server.close();
      await once(server, 'close');
    },
  };
}

/** Binds a UDP port, by default any free one. */
export async function takeUdp(address: string, port = 0): Promise<Taken> {
  const socket = createSocket('udp4').bind(port, address).unref();
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    async release() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** Ports that nobody is on, each another one. */
export async function freePorts() {
  const taken = {
    webapp: await takeTcp('127.0.0.1'),
    prometheus: await takeTcp('127.0.0.1'),
    exporter: await takeTcp('127.0.0.1'),
    statsd: await takeUdp('127.0.0.1'),
  };
  for (const { release } of Object.values(taken)) await release();
  const { webapp, prometheus, exporter, statsd } = taken;
  return { webapp: webapp.port, prometheus: prometheus.port, exporter: exporter.port, statsd: statsd.port };
}
