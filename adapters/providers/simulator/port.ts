/** Where `npm run simulator` listens unless it is told otherwise. */
export const SIMULATOR_PORT = 4319;
