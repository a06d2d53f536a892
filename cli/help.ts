import { SETTINGS } from './settings.js';

/** What `--help` prints: commands, and every setting with its default. */
export function helpText(): string {
  const commands: [string, string][] = [
    ['start', 'start everything and stay (npm start); --reset deletes the data folder first, --yes answers its question'],
    ['doctor', 'check this machine and this installation, and say what is wrong'],
    ['migrate', 'bring the database of MODELHUB_MONGODB_URI up to date and end'],
    ['local-model', 'fetch and register a small language model that runs on this machine (npm run local-model)'],
    ['simulator', 'run a model provider without an account, for trying the hub (npm run simulator); --port, --seed'],
    ['part <name>', 'run one part alone: api, gateway, worker or runner (for containers)'],
  ];
  const rows = Object.entries(SETTINGS).map(([name, row]) => {
    const fallback = 'fallback' in row ? ` [${row.fallback}]` : '';
    const file = 'secret' in row ? ` (or ${name}_FILE)` : '';
    return `  ${name.padEnd(27)} ${row.help}${file}${fallback}`;
  });
  return [
    'Usage: npm start, or node cli/hub.mjs <command>',
    '',
    ...commands.map(([name, text]) => `  ${name.padEnd(14)} ${text}`),
    '',
    'Settings (environment variables, [default]):',
    ...rows,
    "  TEMPORAL_ADDRESS …          your own Temporal instead of the embedded one, by Temporal's own variables and profiles",
    '                              (TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…, TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE)',
    '',
  ].join('\n');
}
