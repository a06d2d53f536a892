import { jest } from '@jest/globals';

// Real servers on two cores, with other tests beside them.
jest.setTimeout(60_000);
