import type { Operation } from '#adapters/providers/provider.js';
import type { Demand } from '#core/cost/bound.js';
import type { Member } from '../json/scan.js';

/** what each dialect calls the output limit */
const OUTPUT_LIMITS = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'];
/**
 * What is searched in the text of a body, in one pass. 1: an image. 2: audio. 3: a cache for an hour. Else a part that names
 * input instead of carrying it or whose tokens have nothing to do with its bytes (pages, frames), or an escaped letter,
 * digit or underscore: no serializer writes one, so a name is being hidden from this search.
 */
const MARKS =
  /"(?:(image_url"\s*:|type"\s*:\s*"image")|type"\s*:\s*"(?:file|input_file|document|container_upload|video|video_url|input_video|item_reference)"|(input_audio")|(1h"))|\\u00(?:3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aA])/g;
const MEMBERS_ELSEWHERE = ['previous_response_id', 'conversation', 'web_search_options', 'mcp_servers', 'container'];
/** tools that the provider runs: what they read is input */
const PROVIDER_TOOLS = /"type"\s*:\s*"(web_search|web_fetch|file_search|code_interpreter|code_execution|image_generation|mcp|tool_search)/;

/**
 * Reads from a request's body what bounds its use, without decoding the body: names are searched in its text, where a prompt
 * that quotes them has a backslash in between.
 * @param body as it goes to the upstream, with the deployment's parameters in it
 * @param members of it, from `topLevelMembers`
 */
export function demandOf(operation: Operation, body: Buffer, members: readonly Member[]): Demand {
  const all = body.toString('latin1');
  const texts = (name: string): string[] => members.filter((m) => m.key === name).map((m) => all.slice(m.start, m.end));
  const most = (names: readonly string[]): number | null => {
    const values = names
      .flatMap(texts)
      .map(whole)
      .filter((v) => v !== null);
    return values.length === 0 ? null : Math.max(...values);
  };
  const has = (name: string): boolean => texts(name).some((t) => t !== 'null' && t !== '[]' && t !== 'false');
  let images = 0;
  let audio = has('audio') || texts('modalities').join().includes('audio');
  let hourCache = false;
  let elsewhere = MEMBERS_ELSEWHERE.some(has) || (operation === 'response' && has('prompt'));
  for (const [, image, sound, hour] of all.matchAll(MARKS)) {
    if (image !== undefined) images++;
    else if (sound !== undefined) audio = true;
    else if (hour !== undefined) hourCache = true;
    else elsewhere = true;
  }
  const tools = [...texts('tools'), ...texts('functions')].join();
  return {
    operation,
    bodyBytes: body.length,
    maxOutput: most(OUTPUT_LIMITS),
    answers: Math.max(1, most(['n', 'best_of']) ?? 1) * (operation === 'completion' ? Math.max(1, ...texts('prompt').map(prompts)) : 1),
    images,
    tools: tools.length > 2,
    audio,
    hourCache,
    prediction: has('prediction'),
    elsewhere: elsewhere || PROVIDER_TOOLS.test(tools),
  };
}

function whole(text: string): number | null {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** Texts or token lists that a completion answers one by one. */
function prompts(text: string): number {
  if (!text.startsWith('[')) return 1;
  const list = JSON.parse(text) as unknown[];
  return Math.max(1, list.filter((p) => typeof p !== 'number').length);
}
