import { AnswerError, ProblemError, UnreachableError } from '../client/index.js';

/** Normalises whatever was thrown, once, into something a person can act on. */
export function errorText(error: unknown): { title: string; detail: string } {
  if (error instanceof ProblemError) {
    const wait = error.retryAfter === undefined ? '' : ` Try again in ${error.retryAfter} s.`;
    return { title: error.problem.title, detail: error.detail + wait };
  }
  if (error instanceof UnreachableError) return { title: 'No answer', detail: error.message };
  if (error instanceof AnswerError) return { title: 'Unexpected answer', detail: error.message };
  return { title: 'This page failed', detail: error instanceof Error ? error.message : String(error) };
}
