import type { Runtime } from './runtime.ts';

/** A process as `pm2 jlist` tells it, as far as it is used here. */
export type Pm2Process = {
  name: string;
  pid: number;
  /** pm2's number for the process; it stays with a process that is restarted. */
  pm_id: number;
  pm2_env: { status: string; restart_time: number };
  /** Resident memory, in bytes. */
  monit: { memory: number };
};

/** The processes under the pm2 that runs the web app. */
export async function listProcesses(runtime: Pick<Runtime, 'pm2'>): Promise<Pm2Process[]> {
  const output = await runtime.pm2(['jlist', '--silent']);
  return JSON.parse(output.slice(output.indexOf('[')));
}

/** The workers of the web app. */
export async function listWorkers(runtime: Pick<Runtime, 'pm2'>): Promise<Pm2Process[]> {
  return (await listProcesses(runtime)).filter(({ name }) => name === 'webapp');
}
