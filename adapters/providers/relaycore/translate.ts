import { z } from 'zod';
import { completion, errorObject, type PlainAnswer } from '../prompt/chat-answer.js';
import { plainChat } from '../prompt/chat-request.js';
import { type Translator, Untranslatable } from '../translator.js';
import { usageOf } from './usage.js';

const aiResponse = z.object({
  success: z.literal(true),
  data: z.object({
    id: z.string(),
    content: z.string(),
    model_used: z.string(),
    provider: z.string(),
    cost: z.number().nullish(),
    latency: z.number().nullish(),
    confidence: z.number().nullish(),
    metadata: z.looseObject({ usage: z.unknown().optional(), fromCache: z.boolean().nullish() }).nullish(),
    timestamp: z.string().nullish(),
  }),
});

/** RelayCore asks every provider for these, whatever its caller says. */
const FIXED = { maxTokens: 1000, temperature: 0.7 };

/**
 * A chat call as `POST /api/v1/ai/chat`. RelayCore takes no parameters: a temperature other than its own and a limit below its
 * own are refused; a limit above it is kept by it. It may answer with another model than the preferred one; the answer's
 * `model` is the one it used. Its cost is an estimate, passed on under `relaycore`; tokens are the provider's own figures.
 * RelayCore's own `routing_preferences`, `cost_constraints`, `context` and `system_source` may stand in the call.
 */
export const chatToRelay: Translator = (body, model, defaults) => {
  const chat = plainChat('RelayCore', body, defaults, ['routing_preferences', 'cost_constraints', 'context', 'system_source']);
  if (chat.topP !== undefined && chat.topP !== 1) throw new Untranslatable('top_p', 'RelayCore has nothing for "top_p"');
  if (chat.temperature !== undefined && chat.temperature !== FIXED.temperature)
    throw new Untranslatable('temperature', `RelayCore asks its providers for a temperature of ${FIXED.temperature}, no other`);
  if (chat.maxTokens !== undefined && chat.maxTokens < FIXED.maxTokens)
    throw new Untranslatable('max_tokens', `RelayCore asks its providers for up to ${FIXED.maxTokens} tokens and takes no lower limit`);
  const context = { ...chat.context, ...(chat.own['context'] as object | undefined) };
  const request = {
    prompt: chat.prompt,
    system_source: 'auterity',
    ...chat.own,
    routing_preferences: { preferred_model: model, ...(chat.own['routing_preferences'] as object | undefined) },
    ...(Object.keys(context).length === 0 ? {} : { context }),
  };
  return {
    operation: 'chat',
    body: Buffer.from(JSON.stringify(request)),
    stream: false,
    answer: (bytes) => completion(read(bytes)),
    error: (status, bytes) => errorObject('RelayCore', status, bytes),
    open: () => {
      throw new Error('RelayCore does not stream'); // `stream` says so: nobody asks
    },
  };
};

function read(bytes: Buffer): PlainAnswer {
  const { data } = aiResponse.parse(JSON.parse(bytes.toString()));
  const at = Date.parse(data.timestamp ?? '');
  const fromCache = data.metadata?.fromCache === true;
  const usage = usageOf(data.metadata?.usage, fromCache);
  const { provider, cost, latency, confidence } = data;
  return {
    id: data.id,
    created: Math.floor((Number.isNaN(at) ? Date.now() : at) / 1000),
    model: data.model_used,
    text: data.content,
    ...(usage ? { usage } : {}),
    extra: { relaycore: { provider, cost, latency, confidence, from_cache: fromCache } },
  };
}
