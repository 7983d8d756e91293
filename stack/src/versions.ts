import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

/** The images of the two official programs, as docker-compose-infra.yml pins them: the one place that names a version. */
export type Images = { prometheus: string; statsdExporter: string };

export function readImages(root: string): Images {
  const file = path.join(root, 'docker-compose-infra.yml');
  const { services } = parse(readFileSync(file, 'utf8'), { merge: true });
  return { prometheus: services.prometheus.image, statsdExporter: services['statsd-exporter'].image };
}

/** The version in an image's tag, without its `v`: `prom/prometheus:v3.14.0` is 3.14.0. */
export function versionOf(image: string): string {
  const version = /:v(\d+\.\d+\.\d+)$/.exec(image)?.[1];
  if (version === undefined) throw new Error(`the image ${image} is not pinned to a version`);
  return version;
}
