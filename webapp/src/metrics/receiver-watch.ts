import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

export type ReceiverWatchOptions = {
  host: string;
  port: number;
  onFailure: (error: Error) => void;
  onSuccess: () => void;
};

/** How often the receiver is tried, in milliseconds. */
const INTERVAL_MS = 1000;

/** How long a refusal may take to come back before silence counts as success, in milliseconds. */
const REFUSAL_MS = 200;

/**
 * Tells whether anything listens on a UDP port. A datagram gets no answer, but a refusal does come back (ICMP "port
 * unreachable"), and the kernel hands it to a *connected* socket only; hot-shots' socket is not connected. The probe is
 * one newline, which a StatsD receiver skips. A receiver behind a filter that swallows refusals looks reachable.
 */
export function watchReceiver({ host, port, onFailure, onSuccess }: ReceiverWatchOptions): { stop(): void } {
  let socket: Socket | undefined;
  let verdict: NodeJS.Timeout | undefined;

  function probe(): void {
    end();
    const current = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    socket = current;
    current.unref();
    current.on('error', (error) => {
      if (socket !== current) return;
      end();
      onFailure(error);
    });
    current.once('connect', () => {
      if (socket !== current) return;
      current.send('\n');
      verdict = setTimeout(() => {
        end();
        onSuccess();
      }, REFUSAL_MS).unref();
    });
    current.connect(port, host);
  }

  function end(): void {
    clearTimeout(verdict);
    socket?.close();
    socket = undefined;
  }

  const timer = setInterval(probe, INTERVAL_MS).unref();
  probe();
  return {
    stop() {
      clearInterval(timer);
      end();
    },
  };
}
