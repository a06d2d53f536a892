/** The node as data: what a palette, a canvas and a converter need to know. A host's adapter reads it. */
export const HUB_MODEL = {
  type: 'hub.model',
  typeVersion: 1,
  title: 'Model',
  description: 'Calls a model of the hub.',
  category: 'ai-ml',
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: [{ id: 'out', label: 'Output' }],
  size: { width: 264, height: 148 },
} as const;
export const DRAG_TYPE = 'application/x-modelhub-node';
