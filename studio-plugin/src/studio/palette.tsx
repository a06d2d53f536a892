import { Button } from '../kit/button.js';
import { DRAG_TYPE, HUB_MODEL } from './descriptor.js';

/** What can be placed: by button, or by dragging the entry onto the canvas. */
export function Palette({ onAdd }: { onAdd: () => void }) {
  return (
    <div
      className="amh-palette-entry"
      draggable
      onDragStart={(e) => {
        e.dataTransfer.setData(DRAG_TYPE, HUB_MODEL.type);
        e.dataTransfer.effectAllowed = 'copy';
      }}
    >
      <Button onClick={onAdd}>Add model node</Button>
      <span className="amh-small amh-muted">or drag this entry onto the canvas</span>
    </div>
  );
}
