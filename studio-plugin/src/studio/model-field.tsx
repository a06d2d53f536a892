import { useQueryClient } from '@tanstack/react-query';
import { useHub } from '../app/hub-context.js';
import { callOptions } from '../app/use-call.js';
import { errorText } from '../kit/error-text.js';
import { useToast } from '../kit/use-toast.js';
import type { ModelNodeData } from './flow-schema.js';
import { ModelPicker } from './model-picker.js';
import type { ModelState } from './use-model-state.js';
import { setOpenPicker, usePickerOpen } from './picker-open.js';
import type { PickerItem } from './picker-item.js';
import { addRecent } from './recents.js';

interface Props {
  /** names the field apart: a node has one on the canvas and one in the list */
  fieldId: string;
  label: string;
  chosen: ModelNodeData['model'];
  state: ModelState;
  onChange: (model: NonNullable<ModelNodeData['model']>) => void;
}
/** Shows the chosen model whatever is known about it, and opens the picker. */
export function ModelField({ fieldId, label, chosen, state, onChange }: Props) {
  const open = usePickerOpen(fieldId);
  const { client } = useHub();
  const queries = useQueryClient();
  const toast = useToast();
  const name = chosen === null ? '' : 'model' in state ? state.model.name : chosen.ref;
  const pick = (item: PickerItem): void => {
    addRecent(item);
    if (item.model) return onChange({ ref: item.id, version: item.model.version });
    // a recent one carries no version: the catalog says which is current
    queries.fetchQuery(callOptions(client, 'models.get', { params: { id: item.id } })).then(
      (m) => onChange({ ref: m.id, version: m.version }),
      (error: unknown) => toast(`${item.name} was not chosen: ${errorText(error).detail}`),
    );
  };
  return (
    <ModelPicker
      label={chosen === null ? `${label}: choose a model` : `${label}: ${name} ${chosen.version}, change`}
      value={chosen === null ? null : { ref: chosen.ref, name }}
      open={open}
      onOpen={(next) => setOpenPicker(next ? fieldId : undefined)}
      onPick={pick}
    >
      {chosen === null ? (
        <span className="amh-muted">Choose a model</span>
      ) : (
        <span>
          <span className={state.state === 'missing' ? 'amh-struck' : undefined}>{name}</span>{' '}
          <span className="amh-mono amh-muted">{chosen.version}</span>
        </span>
      )}
    </ModelPicker>
  );
}
