// The whole stack as processes under pm2: the same web app, and the two programs that Docker would run as containers.
// stack/src/local.ts sets the variables, and starts these one at a time.
const path = require('node:path');
const { apps } = require('../webapp/ecosystem.config.cjs');

const { RUN_DIR, METRICS_MODE, PROMETHEUS_PORT, EXPORTER_PORT, STATSD_PORT } = process.env;
const loopback = (port) => `127.0.0.1:${port}`;

const common = (name) => ({
  name,
  out_file: `${RUN_DIR}/logs/${name}.log`,
  error_file: `${RUN_DIR}/logs/${name}.log`,
  merge_logs: true,
  pmx: false,
  vizion: false,
});

const program = (name, file, args) => ({
  ...common(name),
  // In two parts: pm2 takes a script with a space in it for a command line.
  cwd: path.dirname(file),
  script: `./${path.basename(file)}`,
  args,
  exec_mode: 'fork',
  interpreter: 'none',
  // Prometheus writes its memory to disk before it ends.
  kill_timeout: 20000,
});

module.exports = {
  apps: [
    program('statsd-exporter', process.env.STATSD_EXPORTER, [
      `--statsd.mapping-config=${RUN_DIR}/config/mapping.yml`,
      `--statsd.listen-udp=${loopback(STATSD_PORT)}`,
      '--statsd.listen-tcp=',
      '--statsd.read-buffer=4194304',
      `--web.listen-address=${loopback(EXPORTER_PORT)}`,
    ]),
    { ...apps[0], ...common('webapp') },
    program('prometheus', process.env.PROMETHEUS, [
      `--config.file=${RUN_DIR}/config/${METRICS_MODE}.yml`,
      `--storage.tsdb.path=${RUN_DIR}/data/${METRICS_MODE}`,
      '--storage.tsdb.retention.time=7d',
      `--web.listen-address=${loopback(PROMETHEUS_PORT)}`,
      ...JSON.parse(process.env.PROMETHEUS_ARGS),
    ]),
  ],
};
