// How pm2 runs the app. pm2-runtime reads it in the container, local/ecosystem.config.cjs elsewhere.
const { spawnSync } = require('node:child_process');

const main = 'dist/main.js';

// Five workers with a wrong configuration are five times the same line, and pm2 would start each again and again: ask
// once, before any of them starts.
const check = spawnSync(process.execPath, [main, '--check'], { cwd: __dirname, stdio: 'inherit' });
if (check.status !== 0) process.exit(1);

module.exports = {
  apps: [
    {
      name: 'webapp',
      // In two parts: pm2 takes a script with a space in it for a command line.
      cwd: __dirname,
      script: main,
      exec_mode: 'cluster',
      // The one place that says five workers.
      instances: workers(process.env.WORKERS || '5'),

      // A worker counts as started when it says so, once it listens; under load that takes longer than pm2's 3 s.
      wait_ready: true,
      listen_timeout: 10000,
      // Longer than the app's own deadline (src/shutdown.ts); pm2's 1.6 s kills requests in flight.
      kill_timeout: 8000,

      // pm2-runtime prints the logs; without these it also keeps a copy of them, which has no limit.
      out_file: '/dev/null',
      error_file: '/dev/null',

      // pm2's own extras: no metrics agent that patches http, no look at the git repository.
      pmx: false,
      vizion: false,
      autorestart: true,
    },
  ],
};

function workers(value) {
  if (/^([1-9]|1[0-6])$/.test(value)) return Number(value);
  console.error(`WORKERS is ${JSON.stringify(value)}; allowed: a whole number from 1 to 16`);
  process.exit(1);
}
