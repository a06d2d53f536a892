import type { Translator } from '#adapters/providers/translator.js';
import { message } from './chat-answer.js';
import { ChatToMessageStream } from './chat-stream.js';
import { CHAT_FIELDS, fill, MESSAGE_FIELDS, splitDefaults } from './defaults.js';
import { translateError } from './errors.js';
import { stringify } from './exact-json.js';
import { refuse } from './fields.js';
import { chatBody, type LimitName } from './message-request.js';

/** Anthropic's messages on a provider that has OpenAI's chat completions. */
export const messageToChat =
  (limitName: LimitName): Translator =>
  (body, model, defaults) => {
    const [mine, theirs] = splitDefaults(defaults, MESSAGE_FIELDS, CHAT_FIELDS);
    const translated = fill(chatBody(fill(body, mine), model, limitName), theirs);
    if (!('max_tokens' in translated) && !('max_completion_tokens' in translated)) refuse('max_tokens', 'is required');
    return {
      operation: 'chat',
      body: Buffer.from(stringify(translated)),
      stream: translated['stream'] === true,
      answer: message,
      error: (status, error) => translateError('anthropic', status, error),
      open: () => new ChatToMessageStream(),
    };
  };
