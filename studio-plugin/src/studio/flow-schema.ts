import { z } from 'zod';

/** What a model node holds. Nothing but the user sets or changes `model`. */
export const modelNodeData = z.object({
  model: z.object({ ref: z.string(), version: z.string() }).nullable(),
  params: z.record(z.string(), z.unknown()).default({}),
});
export type ModelNodeData = z.output<typeof modelNodeData>;

const node = z.object({
  id: z.string(),
  type: z.literal('hub.model'),
  position: z.object({ x: z.number(), y: z.number() }),
  data: modelNodeData,
});
const edge = z.object({ id: z.string(), source: z.string(), target: z.string() });

/** A flow as it is kept: plain JSON that any converter can carry. */
export const savedFlow = z.object({ version: z.literal(1), savedAt: z.string(), nodes: z.array(node), edges: z.array(edge) });
export type SavedFlow = z.output<typeof savedFlow>;
