import type { Edge, Node } from '@xyflow/react';
import type { ModelNodeData, SavedFlow } from './flow-schema.js';

export type ModelNodeType = Node<ModelNodeData, 'hub.model'>;

export function modelNode(
  id: string,
  position: { x: number; y: number },
  data: ModelNodeData = { model: null, params: {} },
): ModelNodeType {
  return { id, type: 'hub.model', position, data, ariaLabel: `Model node ${id}` };
}
export const modelEdge = (source: string, target: string): Edge => ({ id: `${source}-${target}`, source, target });
/** The lowest number that no node has. */
export function freeId(nodes: readonly { id: string }[]): string {
  const used = new Set(nodes.map((n) => n.id));
  for (let i = 1; ; i++) if (!used.has(String(i))) return String(i);
}
export const toSaved = (nodes: readonly ModelNodeType[], edges: readonly Edge[], savedAt: string): SavedFlow => ({
  version: 1,
  savedAt,
  nodes: nodes.map(({ id, position, data }) => ({ id, type: 'hub.model', position, data })),
  edges: edges.map(({ id, source, target }) => ({ id, source, target })),
});
export const fromSaved = (flow: SavedFlow): { nodes: ModelNodeType[]; edges: Edge[] } => ({
  nodes: flow.nodes.map((n) => modelNode(n.id, n.position, n.data)),
  edges: flow.edges,
});
