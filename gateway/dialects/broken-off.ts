import { type Dialect, errorEventFor } from './errors.js';

/** What a caller is told when an upstream ends its stream without saying that the answer is complete. */
export const brokenOff = (dialect: Dialect): string =>
  errorEventFor(dialect, {
    status: 502,
    type: 'upstream_error',
    code: 'upstream_broke_off',
    message: 'The model broke off in the middle of its answer.',
  });
