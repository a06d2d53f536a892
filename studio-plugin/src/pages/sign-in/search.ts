import { z } from 'zod';

/** Only a path of this site: a link must not be able to send people elsewhere after they have signed in. */
export const signInSearch = z.object({
  to: z
    .string()
    .regex(/^\/(?![/\\])/)
    .optional()
    .catch(undefined),
});
