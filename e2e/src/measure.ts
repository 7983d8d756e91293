// Measures the set-up that is up, for `make compare`: a process of its own, since its addresses come from variables.
import { saveTruth } from './report.ts';
import { measureTruth } from './truth.ts';

const [setup = ''] = process.argv.slice(2);
const { truth } = await measureTruth(setup, { total: 203 });
saveTruth(truth);
