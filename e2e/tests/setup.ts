import { setups } from '../src/setups.ts';

const found = setups.find(({ name }) => name === process.env.SETUP);
if (!found)
  throw new Error(`SETUP is "${process.env.SETUP}"; allowed: ${setups.map(({ name }) => name).join(', ')}`);

/** The row of the table that this run tests. */
export const setup = found;
