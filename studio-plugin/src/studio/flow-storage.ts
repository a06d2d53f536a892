import { type SavedFlow, savedFlow } from './flow-schema.js';

export const FLOW_KEY = 'amh.flow.v1';
export type Loaded = { state: 'none' } | { state: 'loaded'; flow: SavedFlow } | { state: 'unreadable'; reason: string };

/** A flow that cannot be read is said to be so and left where it is. */
export function loadFlow(storage: Storage): Loaded {
  const text = storage.getItem(FLOW_KEY);
  if (text === null) return { state: 'none' };
  try {
    return { state: 'loaded', flow: savedFlow.parse(JSON.parse(text)) };
  } catch (error) {
    return { state: 'unreadable', reason: error instanceof SyntaxError ? 'it is not JSON' : 'it is of another version' };
  }
}
export function saveFlow(storage: Storage, flow: SavedFlow): void {
  storage.setItem(FLOW_KEY, JSON.stringify(flow));
}
