import type { Operation } from './provider.js';

/** A request that has no form in the other dialect; `field` is what stands in the way. */
export class Untranslatable extends Error {
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.name = 'Untranslatable';
    this.field = field;
  }
}

/**
 * An upstream's answer as it comes, in the caller's dialect as it goes. Text in, text out; frames may be cut anywhere.
 * `push` and `end` throw for what the provider is not known to send; the call has then failed in the middle of its answer.
 */
export interface StreamTranslation {
  /** what can be said after this piece of the upstream's stream */
  push(chunk: Buffer): string;
  /**
   * What is left to say; called once, when the upstream's bytes ended. When they ended without the end mark of their own
   * dialect, that is the caller's error event, and `done` stays false: the call is an error.
   */
  end(): string;
  /** the end mark of the caller's dialect has been given out */
  readonly done: boolean;
}

/** One call turned from the caller's operation into one that the provider has. */
export interface Translation {
  operation: Operation;
  body: Buffer;
  /** whether the upstream is asked to stream; a provider without streams answers in one piece */
  stream: boolean;
  /** a whole, successful answer in the caller's form. Throws when it is not what the provider is known to send. */
  answer(body: Buffer): string;
  /** an upstream error in the caller's error form */
  error(status: number, body: Buffer): string;
  /** for answers that stream */
  open(): StreamTranslation;
}

/**
 * Translates a parsed request body. Throws `Untranslatable` for what has no counterpart: nothing is dropped silently.
 * @param model the upstream's name of the model
 * @param defaults parameters of the revision, for what the caller left out
 */
export type Translator = (body: Record<string, unknown>, model: string, defaults: Readonly<Record<string, unknown>>) => Translation;
