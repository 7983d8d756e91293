import { once } from 'node:events';
import { createServer, type RequestListener, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** Serves a handler on a free port of loopback until the test ends. Returns the port. */
export async function serve(t: TestContext, handler: RequestListener): Promise<number> {
  const server = createServer(handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

export type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string };

/** Sends one request, follows no redirect, and returns the whole answer. */
export async function send(port: number, method: string, path: string): Promise<Answer> {
  const outgoing = request({ host: '127.0.0.1', port, method, path, agent: false });
  outgoing.end();
  const [response] = await once(outgoing, 'response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, headers: response.headers, body };
}

/** Opens a raw connection, for a client that does not behave. */
export async function open(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}
