import { type StreamTranslation, type Translation, type Translator, Untranslatable } from '#adapters/providers/translator.js';
import { parse } from './exact-json.js';
import type { Json } from './fields.js';

/** What a chat's field is called in a messages request, so that a refusal names what the caller wrote. */
const FIELD_OF_MESSAGE: ReadonlyMap<string, string> = new Map<string, string>([
  ['max_completion_tokens', 'max_tokens'],
  ['stop', 'stop_sequences'],
  ['user', 'metadata.user_id'],
  ['reasoning_effort', 'thinking'],
  ['response_format', 'output_config.format'],
  ['parallel_tool_calls', 'tool_choice.disable_parallel_tool_use'],
  ['stream_options', 'stream'],
]);

/**
 * From messages to a provider with a form of its own that chats can be translated to: first to a chat, then to that form.
 * The revision's defaults are the provider's, so only the second step sees them.
 */
export const viaChat =
  (toChat: Translator, own: Translator): Translator =>
  (body, model, defaults) => {
    const outer = toChat(body, model, {});
    const inner = second(own, parse(outer.body.toString()) as Json, model, defaults);
    return {
      operation: inner.operation,
      body: inner.body,
      stream: inner.stream,
      answer: (answer) => outer.answer(Buffer.from(inner.answer(answer))),
      error: (status, error) => outer.error(status, Buffer.from(inner.error(status, error))),
      open: () => chained(inner.open(), outer.open()),
    };
  };

function second(own: Translator, chat: Json, model: string, defaults: Readonly<Json>): Translation {
  try {
    return own(chat, model, defaults);
  } catch (e) {
    if (!(e instanceof Untranslatable)) throw e;
    const top = /^[a-z_]+/.exec(e.field)?.[0] ?? e.field;
    const name = FIELD_OF_MESSAGE.get(top);
    throw name === undefined ? e : new Untranslatable(name, e.message.replaceAll(`"${e.field}"`, `"${name}"`));
  }
}

const chained = (inner: StreamTranslation, outer: StreamTranslation): StreamTranslation => ({
  push: (chunk) => outer.push(Buffer.from(inner.push(chunk))),
  end: () => outer.push(Buffer.from(inner.end())) + outer.end(),
  get done() {
    return outer.done;
  },
});
