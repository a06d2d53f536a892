import { Untranslatable } from '../translator.js';

const ROLES: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant']);
/** a line that is, or after unescaping would be, the head of a section */
const HEAD = /^\\*### (system|developer|user|assistant)$/gm;

/**
 * Messages as the one prompt that a provider without messages takes. A lone user message is the prompt, word for word. Else each
 * message is a section, in order: a line `### role`, its text, a newline; and an open `### assistant` at the end, for the model
 * to go on. A line in a text that looks like such a head gets a backslash in front, so no text can pass for a message of
 * another role, and the messages can be read back exactly. Throws `Untranslatable` for what a text cannot say.
 */
export function promptOf(messages: unknown): string {
  if (!Array.isArray(messages) || messages.length === 0)
    throw new Untranslatable('messages', '"messages" must be a list with at least one message');
  const said = messages.map(textMessage);
  const [only, ...more] = said;
  if (only?.role === 'user' && more.length === 0 && only.text.search(HEAD) < 0) return only.text;
  return `${said.map((m) => `### ${m.role}\n${m.text.replace(HEAD, '\\$&')}\n`).join('')}### assistant\n`;
}

function textMessage(message: unknown, i: number): { role: string; text: string } {
  const at = `messages[${i}]`;
  if (typeof message !== 'object' || message === null) throw new Untranslatable(at, 'a message must be an object');
  const { role, content, ...more } = message as Record<string, unknown>;
  if (!ROLES.has(role))
    throw new Untranslatable(`${at}.role`, `this provider takes plain text and has no messages of the role ${JSON.stringify(role)}`);
  for (const [name, value] of Object.entries(more))
    if (value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0))
      throw new Untranslatable(`${at}.${name}`, `this provider takes plain text; "${name}" of a message cannot be said in it`);
  return { role: role as string, text: textOf(content, `${at}.content`) };
}

function textOf(content: unknown, at: string): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw new Untranslatable(at, 'the content must be a text or a list of texts');
  return content
    .map((part: { type?: unknown; text?: unknown } | null, i) => {
      if (part?.type !== 'text' || typeof part.text !== 'string')
        throw new Untranslatable(`${at}[${i}]`, `this provider takes plain text, not parts of the type ${JSON.stringify(part?.type)}`);
      return part.text;
    })
    .join('');
}
