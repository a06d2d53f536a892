import { Button } from '../kit/button.js';
import { errorText } from '../kit/error-text.js';
import { Status } from '../kit/status.js';
import type { ModelNodeData } from './flow-schema.js';
import type { ModelState } from './use-model-state.js';

interface Props {
  state: ModelState;
  chosen: ModelNodeData['model'];
  /** the user takes a suggestion: nothing else changes what was chosen */
  onTake: (suggestion: { ref: string; version?: string }) => void;
}
/** What is to be known about the choice, and the one step that mends it. */
export function ModelBadge({ state, chosen, onTake }: Props) {
  switch (state.state) {
    case 'unset':
      return <Status name="draft" word="no model chosen" />;
    case 'loading':
      return <Status name="rolling" word="checking" />;
    case 'ready':
      return <Status name="live" word="ready" />;
    case 'failed':
      return (
        <span className="amh-row">
          <Status name="none" word="could not be checked" />
          <Button look="quiet" className="nodrag nopan" onClick={state.retry} title={errorText(state.error).detail}>
            Try again
          </Button>
        </span>
      );
    case 'missing':
      return <Status name="failed" word="not in the catalog any more" />;
    case 'version-gone':
      return (
        <span className="amh-row">
          <Status name="failed" word={`version ${chosen?.version ?? ''} is gone`} />
          <Button look="quiet" className="nodrag nopan" onClick={() => onTake({ ref: state.ref, version: state.model.version })}>
            Use {state.model.version}
          </Button>
        </span>
      );
    case 'deprecated': {
      const successor = state.model.successor;
      return (
        <span className="amh-row">
          <Status name="degraded" word="deprecated" />
          {successor !== undefined && (
            <Button look="quiet" className="nodrag nopan" onClick={() => onTake({ ref: successor })}>
              Use {successor}
            </Button>
          )}
        </span>
      );
    }
  }
}
