import type { NodeTypes } from '@xyflow/react';
import { ModelNode } from './model-node.js';

/** A constant of the module: a new object on each render would mount every node again. */
export const nodeTypes: NodeTypes = { 'hub.model': ModelNode };
