import { Combobox } from '@base-ui/react/combobox';
import { short } from '../kit/numbers.js';
import { Status } from '../kit/status.js';
import { MODEL_STATUS, statusOf } from '../kit/status-words.js';
import { Price } from '../pages/catalog/price.js';
import type { PickerItem } from './picker-item.js';

export function PickerRow({ item }: { item: PickerItem }) {
  const m = item.model;
  return (
    <Combobox.Item value={item} className="amh-picker-row">
      <span className="amh-picker-name">
        {item.name}
        <span className="amh-mono amh-muted">{item.id}</span>
      </span>
      {m && (
        <span className="amh-picker-facts amh-num">
          <span>{m.contextWindow === 0 ? 'context not said' : `${short(m.contextWindow)} context`}</span>
          <span>
            {m.pricing === 'unpriced' ? (
              'unpriced'
            ) : (
              <>
                <Price nano={m.prices?.input} unpriced={false} /> in, <Price nano={m.prices?.output} unpriced={false} /> out
              </>
            )}
          </span>
          {m.status !== 'active' && <Status {...statusOf(MODEL_STATUS, m.status)} />}
          {m.capabilities.length > 0 && <span>{m.capabilities.slice(0, 3).join(', ')}</span>}
        </span>
      )}
    </Combobox.Item>
  );
}
