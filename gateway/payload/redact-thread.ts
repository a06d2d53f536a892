/** Runs in a thread of its own (`Redactor`): one message in, one out. */
import { parentPort } from 'node:worker_threads';
import { type RawPart, redactPart } from '#core/payload/part.js';
import type { PayloadPart } from '#core/payload/schema.js';

export interface Job {
  request: RawPart;
  answer: RawPart;
  maxBytes: number;
}
export type Redacted = Record<'request' | 'answer', PayloadPart>;

parentPort?.on('message', ({ request, answer, maxBytes }: Job) => {
  const done: Redacted = { request: redactPart(request, maxBytes), answer: redactPart(answer, maxBytes) };
  parentPort?.postMessage(done);
});
