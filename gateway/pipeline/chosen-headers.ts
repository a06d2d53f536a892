import type { Target } from './targets.js';

/** What was chosen and why, and how long the hub took for it (ms), as the answer's headers. */
export function chosenHeaders(
  id: string,
  { revision, live }: Target,
  attempts: number,
  routeReason: string,
  overheadMs: number,
): Record<string, string> {
  return {
    'x-modelhub-request-id': id,
    'x-modelhub-deployment': headerText(live.route.name),
    'x-modelhub-revision': headerText(revision.digest),
    'x-modelhub-provider': headerText(revision.provider),
    'x-modelhub-model': headerText(revision.modelId),
    'x-modelhub-attempts': String(attempts),
    'x-modelhub-route-reason': headerText(routeReason),
    'x-modelhub-overhead-ms': overheadMs.toFixed(3),
  };
}

/** A header takes Latin-1 without control characters; names are the tenant's own. */
const headerText = (s: string): string => (/^[\x20-\x7e]*$/.test(s) ? s : s.replace(/[^\x20-\x7e]/g, '?')).slice(0, 500);
