import type { ConnectionView } from '#core/connection/schema.js';

export const KIND_WORDS: Record<ConnectionView['kind'], string> = {
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  custom: 'OpenAI-compatible API',
  local: 'Local',
  neuroweaver: 'NeuroWeaver',
  relaycore: 'RelayCore',
  simulator: 'Simulator',
};
