import type { UsageAttempt, UsageEvent } from '#core/metric/schema.js';

/**
 * A usage event in the words of OpenTelemetry's GenAI conventions (open-telemetry/semantic-conventions-genai, still in
 * development). What they have no word for stands under `auterity.`. Prompts and answers are never in it.
 */
export type Attributes = Record<string, string | number | boolean | string[]>;
type Loose = Record<string, string | number | boolean | string[] | null | undefined>;

export const OPERATION_NAMES: Readonly<Record<UsageEvent['operation'], string>> = {
  chat: 'chat',
  completion: 'text_completion',
  response: 'chat',
  embedding: 'embeddings',
  message: 'chat',
  countTokens: 'count_tokens',
};
/** Only those whose name in the catalog is another one. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  google: 'gcp.gemini',
  'google-vertex': 'gcp.vertex_ai',
  'amazon-bedrock': 'aws.bedrock',
  azure: 'azure.ai.openai',
  mistral: 'mistral_ai',
  xai: 'x_ai',
};
/** `openai/gpt-4o` → `gpt-4o` */
export const modelName = (e: UsageEvent): string => e.modelId.slice(e.modelId.indexOf('/') + 1);

/** The sum of classes of which at least one is known. */
const sum = (...counts: (number | null)[]): number | null =>
  counts.every((c) => c === null) ? null : counts.reduce<number>((total, c) => total + (c ?? 0), 0);

const known = (all: Loose): Attributes =>
  Object.fromEntries(Object.entries(all).filter(([, v]) => v !== null && v !== undefined)) as Attributes;

/** What went wrong, by a word that groups: a status of the provider or of ours, else how the call ended. */
const errorType = (failed: boolean, httpStatus: number | null, otherwise: string): string | null =>
  !failed ? null : httpStatus !== null && httpStatus >= 400 ? String(httpStatus) : otherwise;

/** Of the call as the caller saw it. */
export function serverAttributes(e: UsageEvent & { tenant: string }, path: string): Attributes {
  return known({
    'http.request.method': 'POST',
    'url.path': path,
    'http.route': path,
    'http.response.status_code': e.httpStatus,
    'error.type': errorType(e.status !== 'ok', e.httpStatus, e.status),
    'auterity.request.id': e.id,
    'auterity.tenant.id': e.tenant,
    'auterity.environment': e.environment,
    'auterity.deployment.id': e.deployment,
    'auterity.policy.id': e.policy,
    'auterity.revision': e.revision,
    'auterity.route.reason': e.routeReason,
    'auterity.attempts': e.attempts,
    'auterity.cost.usd': e.cost === null ? null : e.cost / 1e9,
    'auterity.cost.source': e.priceVersion,
    'auterity.usage.source': e.usageSource,
    'auterity.overhead_ms': e.overheadMs,
    'auterity.workflow.id': e.workflow,
    'auterity.run.id': e.run,
    'auterity.node.id': e.node,
  });
}

/** Of one attempt at one address; usage only on the one that answered. `origin` like `https://api.example.com`. */
export function clientAttributes(e: UsageEvent, t: UsageAttempt, attempt: number, origin: string | undefined): Attributes {
  const url = origin !== undefined && URL.canParse(origin) ? new URL(origin) : undefined;
  const answered = t.outcome === 'answered';
  return known({
    'gen_ai.operation.name': OPERATION_NAMES[e.operation],
    'gen_ai.provider.name': PROVIDER_NAMES[t.provider] ?? t.provider,
    'gen_ai.request.model': modelName(e),
    'gen_ai.request.stream': e.stream,
    'server.address': url?.hostname,
    'server.port': url ? Number(url.port || (url.protocol === 'https:' ? 443 : 80)) : null,
    'http.response.status_code': t.httpStatus,
    'error.type': errorType(!answered || (t.httpStatus ?? 0) >= 400, t.httpStatus, t.outcome),
    'auterity.attempt': attempt,
    'auterity.deployment.id': t.deployment,
    'auterity.revision': t.revision,
    'auterity.connection.id': t.connection,
    ...(answered ? usage(e, t) : {}),
  });
}

function usage(e: UsageEvent, t: UsageAttempt): Loose {
  return {
    'gen_ai.response.finish_reasons': e.finishReason === null ? null : [e.finishReason],
    'gen_ai.response.time_to_first_chunk': e.stream && e.firstByteMs !== null ? Math.max(0, e.firstByteMs - t.startedMs) / 1000 : null,
    // the conventions count inclusively, our classes never overlap
    'gen_ai.usage.input_tokens': sum(e.inputTokens, e.cacheReadTokens, e.cacheWrite5mTokens, e.cacheWrite1hTokens, e.inputAudioTokens),
    'gen_ai.usage.output_tokens': sum(e.outputTokens, e.reasoningTokens, e.outputAudioTokens),
    'gen_ai.usage.cache_read.input_tokens': e.cacheReadTokens,
    'gen_ai.usage.cache_creation.input_tokens': sum(e.cacheWrite5mTokens, e.cacheWrite1hTokens),
    'gen_ai.usage.reasoning.output_tokens': e.reasoningTokens,
    'auterity.usage.image_tokens': e.imageTokens,
  };
}
