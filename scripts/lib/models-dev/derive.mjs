import { tsImport } from 'tsx/esm/api';

const slug = await tsImport('../../../core/catalog/slug.ts', import.meta.url);

/** What somebody made, whoever serves it; the source often says which, else the rule of the hub reads it off the id. */
export const modelSlug = (m) => slug.modelSlug(m.base_model || m.id);

const words = (m) => `${m.id} ${m.name} ${m.family ?? ''}`;
const isEmbedding = (m) => /embed/i.test(words(m)) || /(^|[/\s])(bge-(?!reranker)|e5-|gte-)/i.test(words(m));
const isReranker = (m) => /rerank/i.test(words(m));

/** Kind of a model by what it gives, then by what it takes. */
export function modelType(m, { input, output }) {
  if (isEmbedding(m)) return 'embedding';
  if (output.includes('video')) return 'video';
  if (!output.includes('text')) return output.includes('image') ? 'image' : output.includes('audio') ? 'audio' : 'text';
  if (!input.includes('text') && input.includes('audio')) return 'audio';
  if (output.length > 1 || input.includes('audio') || input.includes('video')) return 'multimodal';
  return input.includes('image') || input.includes('pdf') ? 'vision' : 'text';
}

/** Tasks that the data supports: nothing is guessed from reputation. */
export function supportedTasks(m, { input, output }) {
  if (isEmbedding(m)) return ['embedding'];
  if (isReranker(m)) return ['reranking'];
  const tasks = new Set();
  if (output.includes('text')) {
    if (input.includes('text')) tasks.add('chat').add('text-generation');
    if (input.includes('image')) tasks.add('image-understanding');
    if (input.includes('pdf')) tasks.add('document-understanding');
    if (input.includes('video')) tasks.add('video-understanding');
    if (input.includes('audio')) tasks.add(input.includes('text') ? 'audio-understanding' : 'transcription');
  }
  if (output.includes('image')) tasks.add('image-generation');
  if (output.includes('audio')) tasks.add('speech');
  if (output.includes('video')) tasks.add('video-generation');
  if (/\bcod(e|er|ex|estral)\b|codestral|devstral|coder/i.test(words(m)) && output.includes('text')) tasks.add('code');
  return [...tasks].sort((a, b) => (a < b ? -1 : 1));
}

export function capabilities(m, { output }) {
  const c = [];
  if (m.attachment) c.push('attachments');
  if (m.reasoning) c.push('reasoning');
  if (output.includes('text') && !isEmbedding(m) && !isReranker(m)) c.push('streaming');
  if (m.structured_output) c.push('structured-output');
  if (m.temperature) c.push('temperature');
  if (m.tool_call) c.push('tools');
  return c;
}

export const statusOf = (m) =>
  m.status === 'deprecated' ? 'deprecated' : m.status === 'alpha' || m.status === 'beta' ? 'experimental' : 'active';
