import type { Operation } from '#adapters/providers/provider.js';
import { type Translation, Untranslatable } from '#adapters/providers/translator.js';
import { parse } from '../dialects/exact-json.js';
import { badRequest } from '../http/refusal.js';
import { upstreamBody } from '../json/splice.js';
import type { ParsedCall } from './parse.js';
import type { Address } from './targets.js';

/** The body of one attempt. */
export interface UpstreamRequest {
  body: Buffer;
  translation: Translation | null;
  /** the hub has asked for the usage of the stream; the caller has not */
  asksForUsage: boolean;
}
/** streams of these say their usage only when asked */
const ASKED_FOR_USAGE = new Set<Operation>(['chat', 'completion']);

/** The caller's bytes with the upstream's model name, or the call in the provider's own dialect. Throws a `Refusal`. */
export function upstreamRequest(to: Address, parsed: ParsedCall, operation: Operation): UpstreamRequest {
  const { parameters, upstreamModel } = to.target.revision;
  if (to.translator === 'native') {
    const asksForUsage = parsed.stream && !parsed.asksUsage && ASKED_FOR_USAGE.has(operation);
    return { body: upstreamBody(parsed.body, parsed.members, upstreamModel, parameters, asksForUsage), translation: null, asksForUsage };
  }
  try {
    const translation = to.translator(parse(parsed.body.toString()) as Record<string, unknown>, upstreamModel, parameters);
    return { body: translation.body, translation, asksForUsage: false };
  } catch (e) {
    if (e instanceof Untranslatable) throw badRequest('not_translatable', `${e.field}: ${e.message}`, e.field);
    throw e;
  }
}
