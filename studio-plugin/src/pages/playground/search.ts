import { z } from 'zod';
import { text } from '../../app/search-fields.js';

/** `model` is what the call will name: a deployment or a policy. */
export const playgroundSearch = z.object({ model: text, environment: text });
