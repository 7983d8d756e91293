import { listWorkers } from './pm2.ts';
import type { Runtime } from './runtime.ts';
import { UserError } from './settings.ts';
import { waitFor } from './wait.ts';

/** Kills one worker of the web app with SIGKILL, and waits until pm2 has another in its place. */
export async function killWorker(runtime: Runtime): Promise<void> {
  const workers = (await listWorkers(runtime)).filter((worker) => worker.pm2_env.status === 'online');
  const victim = workers[Math.floor(Math.random() * workers.length)];
  if (victim === undefined) throw new UserError('no worker of the web app is online; see make ps');

  console.log(`kill -9 ${victim.pid}, one of ${workers.length} workers`);
  await runtime.signal(victim.pid, 'SIGKILL');
  let successor = 0;
  await waitFor({
    expectation: 'pm2 to have started another',
    timeoutMs: 15_000,
    async attempt() {
      const worker = (await listWorkers(runtime)).find((one) => one.pm_id === victim.pm_id);
      if (worker?.pm2_env.status !== 'online' || worker.pid === victim.pid) {
        throw new Error(`worker ${victim.pm_id} is ${worker?.pm2_env.status ?? 'gone'}, pid ${worker?.pid}`);
      }
      successor = worker.pid;
    },
  });
  console.log(`pid ${successor} is in its place; its own counters began at zero`);
}
