import type { Mode, Service } from './settings.ts';

/** A place to run the stack. The commands know nothing more of Docker or of processes than this. */
export type Runtime = {
  name: string;
  /** Is anything of the stack running here? */
  isUp(): Promise<boolean>;
  /** Starts the stack in a mode, or switches to it; what already runs as wanted is left alone. */
  up(mode: Mode): Promise<void>;
  /** Ends exactly what `up` started; the history of Prometheus stays. */
  down(): Promise<void>;
  /** `down`, and nothing stays. */
  clean(): Promise<void>;
  /** Shows what runs. */
  ps(): Promise<void>;
  /** Shows the logs; goes on showing them where this is a terminal. */
  logs(): Promise<void>;
  /** The last lines of every service's log. */
  recentLogs(): Promise<string>;
  /** Stops one service as its stop signal asks it to, and says how it ended, e.g. `exit code 0`. */
  stop(service: Service): Promise<string>;
  /** Starts a service that was stopped or killed. */
  start(service: Service): Promise<void>;
  /** Ends one service with SIGKILL. */
  kill(service: Service): Promise<void>;
  /** Runs pm2 where the web app's workers are, and returns what it printed. */
  pm2(args: string[]): Promise<string>;
  /** Sends a signal to a process by the id that pm2 knows it by. */
  signal(pid: number, signal: 'SIGKILL'): Promise<void>;
  /** Checks the configuration of Prometheus and statsd_exporter with their own tools. */
  checkConfig(): Promise<void>;
};
