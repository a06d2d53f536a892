/** What is being asked; numbers are text, because half a number is text. */
export interface AskDraft {
  system: string;
  user: string;
  temperature: string;
  maxTokens: string;
}
export const EMPTY_ASK: AskDraft = { system: '', user: '', temperature: '', maxTokens: '' };

/** Why a field cannot be sent as it is. */
export function faultsOf(d: AskDraft): Partial<Record<keyof AskDraft, string>> {
  const t = Number(d.temperature);
  const m = Number(d.maxTokens);
  return {
    ...(d.temperature.trim() !== '' && !(t >= 0 && t <= 2) ? { temperature: 'use a number from 0 to 2' } : {}),
    ...(d.maxTokens.trim() !== '' && !(Number.isInteger(m) && m >= 1) ? { maxTokens: 'use a whole number, 1 or more' } : {}),
  };
}

/** The body of the chat completion; what is left empty is left out, so that the deployment's own parameters hold. */
export function bodyOf(model: string, d: AskDraft): Record<string, unknown> {
  return {
    model,
    messages: [...(d.system.trim() === '' ? [] : [{ role: 'system', content: d.system }]), { role: 'user', content: d.user }],
    ...(d.temperature.trim() === '' ? {} : { temperature: Number(d.temperature) }),
    ...(d.maxTokens.trim() === '' ? {} : { max_tokens: Number(d.maxTokens) }),
  };
}
