import type { FieldError } from '#core/shared/problem.js';
import type { z } from 'zod';
import { ProblemError } from '../../client/index.js';

/** Errors of the contract's own schema, in the form in which the server sends them. */
export const issuesOf = (error: z.ZodError): FieldError[] => error.issues.map((i) => ({ path: i.path.join('.'), message: i.message }));

export const errorsOf = (error: unknown): readonly FieldError[] => (error instanceof ProblemError ? error.errors : []);

/** The message for a field: its own, or that of something inside it. */
export const errorAt = (errors: readonly FieldError[], path: string): string | undefined =>
  errors.find((e) => e.path === path)?.message ?? errors.find((e) => e.path.startsWith(`${path}.`))?.message;
