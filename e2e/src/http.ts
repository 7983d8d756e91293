import { type Agent, request } from 'node:http';

/**
 * Sends a GET and reads the whole answer.
 * @returns its status
 * @throws where there is no whole answer
 */
export function get(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, timeout: 10_000 }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode as number));
      response.once('error', reject);
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer for 10 s')));
    outgoing.once('error', reject);
    outgoing.end();
  });
}
