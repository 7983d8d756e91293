import { createServer } from 'node:http';
import closeWithGrace from 'close-with-grace';
import { createApp } from './app.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { createRecorder } from './metrics/create-recorder.ts';
import { SHUTDOWN_DEADLINE_MS, shutDown } from './shutdown.ts';

/** `--check` reads the configuration, says what is wrong with it, and starts nothing. */
const checkOnly = process.argv.includes('--check');

try {
  const config = loadConfig(process.env);
  if (!checkOnly) serve(config);
} catch (error) {
  // Nothing may escape: an entry that throws while it loads leaves a pm2 worker `online`, deaf and never restarted.
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
}

function serve(config: Config): void {
  const recorder = createRecorder(config);
  const server = createServer(createApp(recorder));

  closeWithGrace({ delay: SHUTDOWN_DEADLINE_MS }, async ({ err }) => {
    if (err) console.error(err);
    else await shutDown(server, recorder);
  });

  server.once('error', (error: NodeJS.ErrnoException) => {
    console.error(
      error.code === 'EADDRINUSE'
        ? `PORT is "${config.port}", which is taken on ${config.host}; choose another`
        : error.message,
    );
    process.exit(1);
  });
  server.listen(config.port, config.host, () => {
    console.log(
      `worker ${process.env.NODE_APP_INSTANCE ?? 0} (pid ${process.pid}) serves ${config.metricsMode} on ${config.host}:${config.port}`,
    );
    process.send?.('ready');
  });
}
