/**
 * The live stream: `GET /api/v1/live?topics=a,b` answers server-sent events. `id` is a sequence number of this server
 * process (`<epoch>-<n>`); send it back as `Last-Event-ID` to resume. Events:
 * `changed` data `{topic, token}`: read the resource again · `resync`: the buffer no longer reaches back, read everything
 * again · a comment line every 15 s. Topics: `deployments` (any), `deployment:<environment>/<name>`, `catalog`, `connections`,
 * `routing` (policies and gateway settings), `limits`.
 */
export interface LiveChange {
  topic: string;
  token: number;
}
export const deploymentTopic = (environment: string, name: string): string => `deployment:${environment}/${name}`;
