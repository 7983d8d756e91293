import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { TestContext } from 'node:test';

export type UdpSink = {
  port: number;
  /** Every datagram so far, as text, less the newlines by which the app asks whether anybody listens. */
  datagrams(): string[];
  /** The lines of all datagrams. */
  lines(): string[];
  /** What the counter lines add up to, by the rest of the line. */
  counters(): Map<string, number>;
};

/** A UDP port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** A StatsD receiver on a UDP port of loopback, by default any free one, until the test ends. */
export async function udpSink(t: TestContext, port = 0): Promise<UdpSink> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  const received: string[] = [];
  socket.on('message', (message) => received.push(message.toString()));
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());

  const datagrams = () => received.filter((text) => text !== '\n');
  const lines = () => datagrams().flatMap((text) => text.split('\n').filter((line) => line !== ''));
  return {
    port: socket.address().port,
    datagrams,
    lines,
    counters() {
      const sums = new Map<string, number>();
      for (const line of lines()) {
        const [, name, value, rest] = /^([^:]+):([^|]+)\|c\|(.*)$/.exec(line) ?? [];
        const key = `${name} ${rest}`;
        if (name !== undefined) sums.set(key, (sums.get(key) ?? 0) + Number(value));
      }
      return sums;
    },
  };
}
