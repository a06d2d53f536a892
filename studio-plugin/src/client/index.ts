export { type Answer, type Args, type CallOptions, type ClientOptions, createClient, type HubClient, newActionKey } from './client.js';
export { Live, type LiveOptions } from './live.js';
export type { LiveState } from './live-state.js';
export { AnswerError, ProblemError, UnreachableError } from './problem.js';
