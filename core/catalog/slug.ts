/** `us.anthropic.claude-…`: region and maker before the model, as Amazon Bedrock writes them. */
const BEDROCK =
  /^(?:(?:us|eu|apac|ap|global|jp|au|us-gov)\.)?(?:anthropic|meta|amazon|mistral|cohere|ai21|qwen|openai|google|nvidia|minimax|moonshot|moonshotai|writer|zai|twelvelabs)\./;

/**
 * What somebody made, told apart from who serves it: `openai/gpt-4o:free`, `gpt-4o-2024-08-06` and `GPT-4o` are all `gpt-4o`.
 * Offerings with the same slug are offerings of the same model. Dated snapshots are versions of a model, not models.
 * @param id model id as a provider writes it
 */
export function modelSlug(id: string): string {
  const last = (id.split('/').at(-1) ?? id).toLowerCase();
  const plain = last.replace(/^(?:us\.)?deepseek\./, 'deepseek-'); // here the maker is part of the name: `r1` alone says nothing
  const named = plain !== last || BEDROCK.test(plain) ? plain.replace(BEDROCK, '').replace(/-v\d+(:\d+)?$/, '') : last;
  const slug = named
    .replace(/:(\d+(?:\.\d+)?[bmt])(?=$|[-:])/, '-$1') // `:12b` is a size, and so part of the model
    .replace(/[:@].*$/, '') // `:free`, `:thinking`, `@default`, `@20250514`: ways to serve it, and versions
    .replace(/[\s_]+/g, '-')
    .replace(/-(?:20\d{6}|20\d{2}-[01]\d-[0-3]\d)(?=$|-)/, '')
    .replace(/-latest$/, '')
    .replace(/^llama(?=\d)/, 'llama-')
    .replace(/(?<!\d)(\d)-(\d)(?=$|-)/, '$1.$2'); // `claude-3-5` is `claude-3.5`
  return slug || last || id;
}
