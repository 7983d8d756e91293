import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readImages, versionOf } from '../src/versions.ts';

test('docker-compose-infra.yml pins the two official images to a version', () => {
  const { prometheus, statsdExporter } = readImages(fileURLToPath(new URL('../..', import.meta.url)));
  assert.match(prometheus, /^prom\/prometheus:v\d+\.\d+\.\d+$/);
  assert.match(statsdExporter, /^prom\/statsd-exporter:v\d+\.\d+\.\d+$/);
  assert.equal(`prom/prometheus:v${versionOf(prometheus)}`, prometheus);
  assert.equal(`prom/statsd-exporter:v${versionOf(statsdExporter)}`, statsdExporter);
});

test("the version is the tag's, without the v", () => {
  assert.equal(versionOf('registry.example:5000/prom/prometheus:v3.14.0'), '3.14.0');
});

for (const image of [
  'prom/prometheus',
  'prom/prometheus:latest',
  'prom/prometheus:v3',
  'prom/prometheus:v3.14',
  'prom/prometheus:3.14.0',
  'prom/prometheus:v3.14.0-rc.1',
  'prom/prometheus:main-v3.14.0',
]) {
  test(`${image} is refused`, () => {
    assert.throws(() => versionOf(image), new Error(`the image ${image} is not pinned to a version`));
  });
}
