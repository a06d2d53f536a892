import { badRequest } from '../http/refusal.js';
import { JsonFault, type Member, topLevelMembers } from '../json/scan.js';

export interface ParsedCall {
  body: Buffer;
  members: Member[];
  model: string;
  stream: boolean;
}

/** Reads `model` and `stream`; everything else is the upstream's business. Throws a `Refusal`. */
export function parseCall(body: Buffer): ParsedCall {
  const members = membersOf(body);
  const value = (name: string): string | undefined => {
    const found = members.filter((m) => m.key === name);
    if (found.length > 1) throw badRequest('duplicate_member', `The body has "${name}" more than once.`, name);
    return found[0] && body.toString('utf8', found[0].start, found[0].end);
  };
  const model = value('model');
  if (model === undefined) throw badRequest('missing_model', 'The body has no "model": name a deployment or <model id>@<alias>.', 'model');
  const name: unknown = JSON.parse(model);
  if (typeof name !== 'string' || name === '') throw badRequest('invalid_model', '"model" must be the name of a deployment.', 'model');
  return { body, members, model: name, stream: value('stream') === 'true' };
}

function membersOf(body: Buffer): Member[] {
  try {
    return topLevelMembers(body);
  } catch (e) {
    if (e instanceof JsonFault) throw badRequest('malformed_json', `The body is not a JSON object: ${e.message}.`);
    throw e;
  }
}
