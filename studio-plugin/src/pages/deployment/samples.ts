export interface Sample {
  gateway: string;
  /** the deployment's name */
  name: string;
  /** said in a header: without it, the gateway takes the environment of the key's scope, or production */
  environment: string;
  /** model type: embeddings are called in another way */
  type: string;
}
const ENVIRONMENT_HEADER = 'x-modelhub-environment';
const baseUrl = (gateway: string): string => `${gateway.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`;

export function curlSample(s: Sample): string {
  const embed = s.type === 'embedding';
  const body = embed ? { model: s.name, input: 'Hello' } : { model: s.name, messages: [{ role: 'user', content: 'Hello' }] };
  return [
    `curl ${baseUrl(s.gateway)}/${embed ? 'embeddings' : 'chat/completions'} \\`,
    `  -H "Authorization: Bearer $MODELHUB_KEY" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -H "${ENVIRONMENT_HEADER}: ${s.environment}" \\`,
    `  -d '${JSON.stringify(body)}'`,
  ].join('\n');
}

export function sdkSample(s: Sample): string {
  const call =
    s.type === 'embedding'
      ? [`const answer = await client.embeddings.create({`, `  model: '${s.name}',`, `  input: 'Hello',`, `});`]
      : [
          `const answer = await client.chat.completions.create({`,
          `  model: '${s.name}',`,
          `  messages: [{ role: 'user', content: 'Hello' }],`,
          `});`,
        ];
  return [
    `import OpenAI from 'openai';`,
    ``,
    `const client = new OpenAI({`,
    `  baseURL: '${baseUrl(s.gateway)}',`,
    `  apiKey: process.env.MODELHUB_KEY,`,
    `  defaultHeaders: { '${ENVIRONMENT_HEADER}': '${s.environment}' },`,
    `});`,
    ``,
    ...call,
  ].join('\n');
}
