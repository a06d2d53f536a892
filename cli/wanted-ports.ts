import type { WantedPort } from './ports.js';
import type { Settings } from './settings.js';

/** The ports that this hub will listen on; those of embedded servers only where one is embedded. */
export function wantedPorts(settings: Settings): WantedPort[] {
  const { ports, host } = settings;
  const loopback = '127.0.0.1';
  const wanted: WantedPort[] = [
    { port: ports.api, host, what: 'pages and API', setting: 'MODELHUB_API_PORT' },
    { port: ports.gateway, host, what: 'the gateway', setting: 'MODELHUB_GATEWAY_PORT' },
  ];
  if (!settings.temporal) {
    wanted.push({ port: ports.temporal, host: loopback, what: 'Temporal', setting: 'MODELHUB_TEMPORAL_PORT' });
    wanted.push({ port: ports.temporalUi, host: loopback, what: 'the Temporal UI', setting: 'MODELHUB_TEMPORAL_UI_PORT' });
  }
  if (!settings.mongodbUri) wanted.push({ port: ports.mongodb, host: loopback, what: 'MongoDB', setting: 'MODELHUB_MONGODB_PORT' });
  return wanted;
}
