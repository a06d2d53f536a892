import type { Operation, Provider } from '#adapters/providers/provider.js';
import type { Translator } from '#adapters/providers/translator.js';
import { chatToMessage } from './chat-to-message.js';
import { viaChat } from './compose.js';
import { messageToChat } from './message-to-chat.js';

/** OpenAI's reasoning models refuse `max_tokens`; compatible servers may not know the newer name. */
const toChat = (provider: Provider): Translator => messageToChat(provider.kind === 'openai' ? 'max_completion_tokens' : 'max_tokens');

/**
 * How a caller's operation reaches a provider: `native` when the provider has it, so that its bytes pass unchanged, else a
 * translator. Undefined when there is no way: the caller is told which operations the model serves (`servedBy`).
 */
export function translatorFor(provider: Provider, operation: Operation): Translator | 'native' | undefined {
  if (provider.paths[operation] !== undefined && provider.translators?.[operation] === undefined) return 'native';
  const own = provider.translators?.[operation];
  if (own) return own;
  if (operation === 'chat' && provider.paths.message !== undefined) return chatToMessage;
  if (operation !== 'message') return undefined;
  const ownChat = provider.translators?.chat;
  if (ownChat) return viaChat(toChat(provider), ownChat);
  return provider.paths.chat === undefined ? undefined : toChat(provider);
}

const OPERATIONS: readonly Operation[] = ['chat', 'completion', 'response', 'embedding', 'message', 'countTokens'];

/** The operations in which a model of this provider can be called. */
export const servedBy = (provider: Provider): Operation[] => OPERATIONS.filter((o) => translatorFor(provider, o) !== undefined);
