import { z } from 'zod';
import { completion, errorObject, type PlainAnswer } from '../prompt/chat-answer.js';
import { plainChat } from '../prompt/chat-request.js';
import type { Translator } from '../translator.js';

/** `InferenceResponse` of NeuroWeaver; `tokens_used` is a total, and nothing tells its parts. */
const inference = z.object({
  request_id: z.string(),
  model_id: z.string(),
  response: z.string(),
  tokens_used: z.number().int().nonnegative(),
  response_time_ms: z.number().nullish(),
  timestamp: z.string(),
  confidence_score: z.number().nullish(),
});

/**
 * A chat call as `POST /api/v1/inference/`. NeuroWeaver's own `specialization` and `context` may stand in the call. Its token
 * total is in the answer under `neuroweaver.tokens_used`; there is no `usage`, because input and output are not told apart.
 */
export const chatToInference: Translator = (body, model, defaults) => {
  const chat = plainChat('NeuroWeaver', body, defaults, ['specialization', 'context']);
  const context = { ...chat.context, ...(chat.own['context'] as object | undefined) };
  const request = {
    prompt: chat.prompt,
    model_id: model,
    ...(chat.own['specialization'] === undefined ? {} : { specialization: chat.own['specialization'] }),
    ...(chat.maxTokens === undefined ? {} : { max_tokens: chat.maxTokens }),
    ...(chat.temperature === undefined ? {} : { temperature: chat.temperature }),
    ...(chat.topP === undefined ? {} : { top_p: chat.topP }),
    ...(Object.keys(context).length === 0 ? {} : { context }),
  };
  return {
    operation: 'chat',
    body: Buffer.from(JSON.stringify(request)),
    stream: false,
    answer: (bytes) => completion(read(bytes)),
    error: (status, bytes) => errorObject('NeuroWeaver', status, bytes),
    open: () => {
      throw new Error('NeuroWeaver does not stream'); // `stream` says so: nobody asks
    },
  };
};

function read(bytes: Buffer): PlainAnswer {
  const a = inference.parse(JSON.parse(bytes.toString()));
  const at = Date.parse(a.timestamp);
  return {
    id: a.request_id,
    created: Math.floor((Number.isNaN(at) ? Date.now() : at) / 1000),
    model: a.model_id,
    text: a.response,
    extra: { neuroweaver: { tokens_used: a.tokens_used, response_time_ms: a.response_time_ms, confidence_score: a.confidence_score } },
  };
}
