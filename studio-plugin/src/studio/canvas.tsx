import {
  Background,
  type ColorMode,
  Controls,
  type OnConnect,
  type OnEdgesChange,
  type OnNodesChange,
  ReactFlow,
  useReactFlow,
} from '@xyflow/react';
import type { Edge } from '@xyflow/react';
import type { DragEvent, KeyboardEvent } from 'react';
import { useTheme } from '../app/theme.js';
import { DRAG_TYPE, HUB_MODEL } from './descriptor.js';
import type { ModelNodeType } from './flow-nodes.js';
import { nodeTypes } from './node-types.js';
import { setOpenPicker } from './picker-open.js';

interface Props {
  nodes: ModelNodeType[];
  edges: Edge[];
  onNodesChange: OnNodesChange<ModelNodeType>;
  onEdgesChange: OnEdgesChange;
  onConnect: OnConnect;
  onPlace: (position: { x: number; y: number }) => void;
}
const DELETE_KEYS = ['Delete', 'Backspace'];

export function Canvas({ nodes, edges, onNodesChange, onEdgesChange, onConnect, onPlace }: Props) {
  const { screenToFlowPosition } = useReactFlow();
  const theme = useTheme();
  const over = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes(DRAG_TYPE)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  };
  const drop = (event: DragEvent): void => {
    if (event.dataTransfer.getData(DRAG_TYPE) !== HUB_MODEL.type) return;
    event.preventDefault();
    onPlace(screenToFlowPosition({ x: event.clientX, y: event.clientY }));
  };
  // Enter on a node itself (not on a control in it) opens its picker
  const key = (event: KeyboardEvent<HTMLElement>): void => {
    const target = event.target as HTMLElement;
    const id = target.dataset['id'];
    if (event.key === 'Enter' && id !== undefined && target.classList.contains('react-flow__node')) {
      event.preventDefault();
      setOpenPicker(`node-${id}`);
    }
  };
  return (
    <div className="amh-canvas" onKeyDown={key} onDragOver={over} onDrop={drop}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={onConnect}
        colorMode={theme satisfies ColorMode}
        deleteKeyCode={DELETE_KEYS}
        onlyRenderVisibleElements={false}
        fitView={nodes.length > 0}
        fitViewOptions={{ maxZoom: 1, padding: 0.2 }}
        minZoom={0.25}
      >
        <Background gap={24} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}
