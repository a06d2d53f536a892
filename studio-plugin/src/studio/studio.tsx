import { useReactFlow } from '@xyflow/react';
import { useRef, useState } from 'react';
import { Button } from '../kit/button.js';
import { Empty } from '../kit/empty.js';
import { Notice } from '../kit/notice.js';
import { Page } from '../kit/page.js';
import { Section } from '../kit/section.js';
import { Status } from '../kit/status.js';
import { Time } from '../kit/time.js';
import { Canvas } from './canvas.js';
import { HUB_MODEL } from './descriptor.js';
import { FLOW_KEY } from './flow-storage.js';
import { NodePanel } from './node-panel.js';
import { Palette } from './palette.js';
import { useFlow } from './use-flow.js';

/** A small Studio of our own: it shows the node as a host would, and is where its tests live. */
export function Studio() {
  const flow = useFlow();
  const box = useRef<HTMLDivElement>(null);
  const { screenToFlowPosition } = useReactFlow();
  const [said, setSaid] = useState('');
  const place = (position: { x: number; y: number }): void => {
    const id = flow.place(position);
    setSaid(`Placed model node ${id}. Press Enter on it to choose its model.`);
    // the node exists after the next paint; then it takes the focus, so that Enter goes on from here
    requestAnimationFrame(() =>
      requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`.react-flow__node[data-id="${id}"]`)?.focus()),
    );
  };
  const add = (): void => {
    const rect = box.current?.getBoundingClientRect();
    if (!rect) return;
    const step = (flow.nodes.length % 5) * 32;
    const { width, height } = HUB_MODEL.size;
    const middle = screenToFlowPosition({ x: rect.left + rect.width / 2, y: rect.top + rect.height / 2 });
    place({ x: Math.round(middle.x - width / 2 + step), y: Math.round(middle.y - height / 2 + step) });
  };
  return (
    <Page
      title="Studio"
      status={<SavedState dirty={flow.dirty} savedAt={flow.saved?.savedAt} />}
      actions={
        <Button look="primary" blocked={flow.dirty ? undefined : 'Nothing has changed since the last save.'} onClick={flow.save}>
          Save flow on this device
        </Button>
      }
    >
      {flow.failure !== undefined && <Notice tone="bad" title={flow.failure} role="alert" />}
      {flow.loaded.state === 'unreadable' && flow.saved === undefined && (
        <Notice tone="warn" title={`The saved flow cannot be read: ${flow.loaded.reason}`}>
          <p className="amh-text">
            It stays under <span className="amh-mono">{FLOW_KEY}</span> in this browser until you save another one over it.
          </p>
        </Notice>
      )}
      <div className="amh-studio">
        <div className="amh-stack" ref={box}>
          <Palette onAdd={add} />
          <Canvas
            nodes={flow.nodes}
            edges={flow.edges}
            onNodesChange={flow.onNodesChange}
            onEdgesChange={flow.onEdgesChange}
            onConnect={flow.connect}
            onPlace={place}
          />
          <p className="amh-hidden" role="status">
            {said}
          </p>
        </div>
        <Section title="Nodes">
          {flow.nodes.length === 0 ? (
            <Empty kind="nothing-yet" title="The canvas is empty">
              Add a model node, then press Enter on it to choose its model.
            </Empty>
          ) : (
            <ul className="amh-list amh-stack">
              {flow.nodes.map((node) => (
                <NodePanel key={node.id} node={node} />
              ))}
            </ul>
          )}
        </Section>
      </div>
    </Page>
  );
}

function SavedState({ dirty, savedAt }: { dirty: boolean; savedAt: string | undefined }) {
  if (dirty) return <Status name="draft" word="not saved" />;
  if (savedAt === undefined) return null;
  return (
    <span role="status" className="amh-row">
      <Status name="live" word="saved on this device" />
      <span className="amh-small amh-muted">
        <Time iso={savedAt} />
      </span>
    </span>
  );
}
