/** What the two fields of the explain panel hold, as the API takes it; or where it is faulty. */
export type Asked =
  | { ok: true; request: { model: string } & Record<string, unknown>; headers: Record<string, string> }
  | { ok: false; field: 'request' | 'headers'; message: string };

export const sampleRequest = (model: string): string =>
  JSON.stringify({ model, messages: [{ role: 'user', content: 'Where is my order?' }], max_tokens: 500 }, null, 2);

/** `requestText` is JSON with a `model`, `headerText` one `name: value` a line. */
export function askedOf(requestText: string, headerText: string): Asked {
  let request: unknown;
  try {
    request = JSON.parse(requestText);
  } catch (e) {
    return { ok: false, field: 'request', message: `This is not JSON: ${e instanceof Error ? e.message : String(e)}` };
  }
  if (typeof request !== 'object' || request === null || Array.isArray(request))
    return { ok: false, field: 'request', message: 'Write a JSON object, as a caller would send it.' };
  const { model } = request as { model?: unknown };
  if (typeof model !== 'string' || model === '') return { ok: false, field: 'request', message: 'Say a `model`: the name of the policy.' };
  const headers: Record<string, string> = {};
  for (const line of headerText.split('\n').filter((l) => l.trim() !== '')) {
    const colon = line.indexOf(':');
    if (colon < 1) return { ok: false, field: 'headers', message: `Write name: value; "${line.trim()}" has no colon.` };
    headers[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
  }
  return { ok: true, request: { ...request, model }, headers };
}
