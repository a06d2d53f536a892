export interface Sample {
  gateway: string;
  /** said in a header: without it, the gateway takes the environment of the key's scope, or production */
  environment: string;
  /** embeddings are called in another way */
  embedding: boolean;
  /** of the call, with `model` */
  body: Record<string, unknown>;
}
const ENVIRONMENT_HEADER = 'x-modelhub-environment';
/** Of the OpenAI dialect: every SDK wants it with its /v1. */
export const baseUrl = (gateway: string): string => `${gateway.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`;

/** The shortest call of a deployment that shows that it works. */
export const helloBody = (model: string, embedding: boolean): Record<string, unknown> =>
  embedding ? { model, input: 'Hello' } : { model, messages: [{ role: 'user', content: 'Hello' }] };

export function curlSample(s: Sample): string {
  return [
    `curl ${baseUrl(s.gateway)}/${s.embedding ? 'embeddings' : 'chat/completions'} \\`,
    `  -H "Authorization: Bearer $MODELHUB_KEY" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -H "${ENVIRONMENT_HEADER}: ${s.environment}" \\`,
    // within single quotes a shell takes everything as it is but the quote itself
    `  -d '${JSON.stringify(s.body).replaceAll("'", `'\\''`)}'`,
  ].join('\n');
}

export function sdkSample(s: Sample): string {
  return [
    `import OpenAI from 'openai';`,
    ``,
    `const client = new OpenAI({`,
    `  baseURL: '${baseUrl(s.gateway)}',`,
    `  apiKey: process.env.MODELHUB_KEY,`,
    `  defaultHeaders: { '${ENVIRONMENT_HEADER}': '${s.environment}' },`,
    `});`,
    ``,
    `const answer = await client.${s.embedding ? 'embeddings' : 'chat.completions'}.create({`,
    ...Object.entries(s.body).map(([key, value]) => `  ${key}: ${literal(value, TYPESCRIPT)},`),
    `});`,
  ].join('\n');
}

export function pythonSample(s: Sample): string {
  return [
    `import os`,
    `from openai import OpenAI`,
    ``,
    `client = OpenAI(`,
    `    base_url="${baseUrl(s.gateway)}",`,
    `    api_key=os.environ["MODELHUB_KEY"],`,
    `    default_headers={"${ENVIRONMENT_HEADER}": "${s.environment}"},`,
    `)`,
    ``,
    `answer = client.${s.embedding ? 'embeddings' : 'chat.completions'}.create(`,
    ...Object.entries(s.body).map(([key, value]) => `    ${key}=${literal(value, PYTHON)},`),
    `)`,
  ].join('\n');
}

interface Language {
  text: (value: string) => string;
  key: (key: string) => string;
  words: Record<string, string>;
  /** what stands inside the braces of an object */
  pad: string;
}
// JSON's escapes are a subset of both languages'
const TYPESCRIPT: Language = {
  text: (v) => (JSON.stringify(v) === `"${v}"` && !v.includes("'") ? `'${v}'` : JSON.stringify(v)),
  key: (k) => (/^[A-Za-z_]\w*$/.test(k) ? k : JSON.stringify(k)),
  words: {},
  pad: ' ',
};
const PYTHON: Language = {
  text: (v) => JSON.stringify(v),
  key: (k) => JSON.stringify(k),
  words: { true: 'True', false: 'False', null: 'None' },
  pad: '',
};

function literal(value: unknown, l: Language): string {
  if (typeof value === 'string') return l.text(value);
  if (Array.isArray(value)) return `[${value.map((v) => literal(v, l)).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${l.pad}${Object.entries(value)
      .map(([k, v]) => `${l.key(k)}: ${literal(v, l)}`)
      .join(', ')}${l.pad}}`;
  const text = JSON.stringify(value);
  return l.words[text] ?? text;
}
