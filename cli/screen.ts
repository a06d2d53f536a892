import { join } from 'node:path';
import type { Settings } from './settings.js';

/** The one screen at the end of a start. */
export function readyScreen(settings: Settings, result: { readonly seconds: number; readonly adminKey: string | undefined }): string {
  const rows: [string, string][] = [
    ['Hub pages', `${settings.publicUrl}/`],
    ['API description', `${settings.publicUrl}/api/docs`],
    ['Gateway', `${settings.gatewayUrl}/v1`],
    ['Temporal UI', settings.temporalUiUrl ?? '(your own Temporal; set MODELHUB_TEMPORAL_UI_URL for links)'],
  ];
  const keyFile = join(settings.dataDir, 'admin-key');
  if (result.adminKey) rows.push(['Admin key', `${result.adminKey}   (shown once; kept in ${keyFile})`]);
  const lines = rows.map(([what, value]) => `  ${what.padEnd(16)} ${value}`);
  return ['', `The Model Hub is ready after ${result.seconds.toFixed(1)} s.`, '', ...lines, '', 'Ctrl-C stops everything.', ''].join('\n');
}
