import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import { isIPv6 } from 'node:net';
import { Writable } from 'node:stream';

export type DatagramStreamOptions = {
  host: string;
  port: number;
  /** Told of every failure to reach the receiver, also of those that repeat. */
  onFailure: (error: Error) => void;
  /** Told when the receiver can be reached after a failure. */
  onSuccess: () => void;
};

/** How often the name is looked up again, so that a receiver that comes back elsewhere is found, in milliseconds. */
const LOOKUP_MS = 5000;

/** How long after a failure the receiver is tried again, in milliseconds. */
const RETRY_MS = 1000;

/** How long a refusal may take to come back before silence counts as success, in milliseconds. */
const REFUSAL_MS = 200;

/**
 * A stream that sends each chunk as one UDP datagram. Its socket is *connected*: only then does the kernel tell it of a
 * refusal (ICMP "port unreachable"), and only then is it bound to the one address that it needs. While the receiver is
 * away, chunks are dropped, and the stream itself never fails.
 */
export function createDatagramStream({ host, port, onFailure, onSuccess }: DatagramStreamOptions): Writable {
  const family = isIPv6(host) ? 6 : 4;
  let socket: Socket | undefined;
  /** Chunks wait for a socket that is opening, are sent over one that is open, and are dropped while there is none. */
  let state: 'opening' | 'open' | 'away' = 'opening';
  let waiting: (() => void) | undefined;
  let retry: NodeJS.Timeout | undefined;

  function open(whenConnected: (current: Socket) => void): void {
    socket?.close();
    const current = createSocket(`udp${family}`).unref();
    socket = current;
    current.on('error', (error) => current === socket && fail(error));
    current.once('connect', () => current === socket && whenConnected(current));
    current.connect(port, host);
  }

  function enter(next: typeof state): void {
    state = next;
    waiting?.();
    waiting = undefined;
  }

  function fail(error: Error): void {
    socket?.close();
    socket = undefined;
    clearTimeout(retry);
    retry = setTimeout(probe, RETRY_MS).unref();
    enter('away');
    onFailure(error);
  }

  /** Sends a newline, which a StatsD receiver skips; where no refusal comes back, somebody listens again. */
  function probe(): void {
    open((current) => {
      current.send('\n');
      retry = setTimeout(() => {
        enter('open');
        onSuccess();
      }, REFUSAL_MS).unref();
    });
  }

  const relook = setInterval(() => {
    if (state !== 'open') return;
    lookup(host, family, (error, address) => {
      if (state !== 'open') return;
      if (error) return fail(error);
      if (address === socket?.remoteAddress().address) return;
      state = 'opening';
      open(() => enter('open'));
    });
  }, LOOKUP_MS).unref();

  open(() => enter('open'));

  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const send = () => {
        const current = socket;
        if (state === 'open') current?.send(chunk, (error) => error && current === socket && fail(error));
        done();
      };
      if (state === 'opening') waiting = send;
      else send();
    },
    destroy(error, done) {
      state = 'away';
      clearInterval(relook);
      clearTimeout(retry);
      socket?.close();
      socket = undefined;
      done(error);
    },
  });
}
