/**
 * What an error body says, at most 500 characters. OpenAI and Anthropic: `error.message`; others `message`, `detail` or `error`
 * as text; FastAPI: a list of `{loc, msg}` under `detail`. Undefined for pages and everything else.
 */
export function messageIn(body: unknown): string | undefined {
  const b = body as { error?: unknown; message?: unknown; detail?: unknown } | null | undefined;
  const nested = (b?.error as { message?: unknown } | null | undefined)?.message;
  const listed = Array.isArray(b?.detail) ? b.detail.map(faultText).filter(Boolean).join('; ') || undefined : undefined;
  return [nested, b?.message, b?.detail, b?.error, listed].find((v) => typeof v === 'string')?.slice(0, 500);
}

function faultText(fault: unknown): string {
  const { loc, msg } = (fault ?? {}) as { loc?: unknown; msg?: unknown };
  if (typeof msg !== 'string') return '';
  return Array.isArray(loc) ? `${loc.join('.')}: ${msg}` : msg;
}

/** JSON text as a value; undefined when it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // a page or a cut answer: the caller says so in its own words
  }
}

/** A text without the credential, whole or, of one that only signs, the secret in it; plain or as it stands in JSON. */
export function hide(text: string, credential: string | null): string {
  if (!credential) return text;
  const parts = [credential, credential.replace(/^secret:/, '')].filter((part) => part !== '');
  const forms = parts.flatMap((part) => [part, JSON.stringify(part).slice(1, -1)]);
  return forms.reduce((t, form) => t.split(form).join('[credential]'), text);
}
