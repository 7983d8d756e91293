import type { Config } from '../config.ts';
import { createDirectRecorder } from './direct.ts';
import { createLogRecorder } from './log.ts';
import type { Recorder } from './recorder.ts';
import { createStatsdRecorder } from './statsd.ts';

/** The recorder that the configured mode asks for. The only switch on the mode. */
export function createRecorder(config: Config): Recorder {
  switch (config.metricsMode) {
    case 'direct':
      return createDirectRecorder();
    case 'statsd':
      return createStatsdRecorder({ host: config.statsdHost, port: config.statsdPort, log: console.error });
    case 'log':
      return createLogRecorder(console.error);
  }
}
