import { expect, test } from '@jest/globals';
import { modelSlug } from './slug.js';

test.each([
  ['openai/gpt-4o', 'gpt-4o'],
  ['GPT-4o', 'gpt-4o'],
  ['openai/gpt-4o:free', 'gpt-4o'],
  ['gpt-4o-2024-08-06', 'gpt-4o'],
  ['gpt-4-0613', 'gpt-4-0613'],
  ['workers-ai/@cf/meta/llama-3.1-8b-instruct', 'llama-3.1-8b-instruct'],
  ['@cf/qwen/qwq-32b', 'qwq-32b'],
  ['accounts/fireworks/models/glm-5p1', 'glm-5p1'],
  ['us.anthropic.claude-opus-4-6-v1', 'claude-opus-4.6'],
  ['anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4.5'],
  ['deepseek.r1-v1:0', 'deepseek-r1'],
  ['us.deepseek.r1-v1:0', 'deepseek-r1'],
  ['deepseek.v3.2', 'deepseek-v3.2'],
  ['us.meta.llama3-3-70b-instruct-v1:0', 'llama-3.3-70b-instruct'],
  ['claude-sonnet-4-5@20250929', 'claude-sonnet-4.5'],
  ['claude-sonnet-4-20250514', 'claude-sonnet-4'],
  ['claude-3-5-sonnet-latest', 'claude-3.5-sonnet'],
  ['claude-opus-4.6:thinking:low', 'claude-opus-4.6'],
  ['deepseek-v3.1:671b', 'deepseek-v3.1-671b'],
  ['gemma3:12b', 'gemma3-12b'],
  ['llama-3-8b', 'llama-3-8b'],
  ['nvidia/llama-3_3-nemotron-super-49b-v1_5', 'llama-3.3-nemotron-super-49b-v1-5'],
  [':free', ':free'],
])('%s is %s', (id, slug) => expect(modelSlug(id)).toBe(slug));
