import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { type Ports, portVariables, UserError } from './settings.ts';

/**
 * Makes sure that ports of this machine are free before anything starts.
 * @throws {UserError} naming the first port that is not, and the variable that moves it
 */
export async function requireFreePorts(ports: Ports, which: (keyof Ports)[]): Promise<void> {
  for (const key of which) {
    const problem = key === 'statsd' ? await tryUdp(ports[key]) : await tryTcp(ports[key]);
    if (problem !== undefined) {
      throw new UserError(
        `port ${ports[key]} ${problem}; choose another with the variable ${portVariables[key]}`,
      );
    }
  }
}

type Problem = string | undefined;

async function tryTcp(port: number): Promise<Problem> {
  // macOS lets a port be bound on one address while another process has it on all: ask for an answer as well.
  if (await answers(port)) return 'is taken';
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    return describe(error);
  } finally {
    server.close();
  }
}

async function tryUdp(port: number): Promise<Problem> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
  } catch (error) {
    return describe(error);
  } finally {
    socket.close();
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function describe(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${code})`;
}
