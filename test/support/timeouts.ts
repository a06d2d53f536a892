import { jest } from '@jest/globals';

// Real servers on two cores, with other tests beside them: a net, not a measure.
jest.setTimeout(180_000);
