import type { Translator } from '#adapters/providers/translator.js';
import { CHAT_FIELDS, fill, MESSAGE_FIELDS, splitDefaults } from './defaults.js';
import { translateError } from './errors.js';
import { stringify } from './exact-json.js';
import { DEFAULT_MAX_TOKENS, messageBody, wantsUsage } from './chat-request.js';
import { chatCompletion } from './message-answer.js';
import { MessageToChatStream } from './message-stream.js';

/** OpenAI's chat completions on a provider that has Anthropic's messages. `now` gives milliseconds, for `created`. */
export const chatToMessageAt =
  (now: () => number): Translator =>
  (body, model, defaults) => {
    const [mine, theirs] = splitDefaults(defaults, CHAT_FIELDS, MESSAGE_FIELDS);
    const request = fill(body, mine);
    const includeUsage = wantsUsage(request);
    const translated = fill(fill(messageBody(request, model), theirs), { max_tokens: DEFAULT_MAX_TOKENS });
    const seconds = (): number => Math.floor(now() / 1000);
    return {
      operation: 'message',
      body: Buffer.from(stringify(translated)),
      stream: translated['stream'] === true,
      answer: (answer) => chatCompletion(answer, seconds()),
      error: (status, error) => translateError('openai', status, error),
      open: () => new MessageToChatStream(seconds(), includeUsage),
    };
  };

export const chatToMessage: Translator = chatToMessageAt(Date.now);
