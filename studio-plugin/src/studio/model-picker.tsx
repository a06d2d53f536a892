import { Combobox } from '@base-ui/react/combobox';
import { type ReactNode, useMemo, useState } from 'react';
import { useCall } from '../app/use-call.js';
import { count } from '../kit/numbers.js';
import { usePortal } from '../kit/portal.js';
import { type PickerGroup, type PickerItem, groupsOf } from './picker-item.js';
import { PickerRow } from './picker-row.js';
import { PickerStatus } from './picker-status.js';
import { loadRecents } from './recents.js';
import { useSettled } from './use-settled.js';
import './picker.css';

interface Props {
  label: string;
  value: { ref: string; name: string } | null;
  open: boolean;
  onOpen: (open: boolean) => void;
  onPick: (item: PickerItem) => void;
  /** what the closed field shows */
  children: ReactNode;
}
const LIMIT = 60;

/** Combobox over the real catalog, in a portal so that the canvas neither clips, scales nor scrolls it. */
export function ModelPicker({ label, value, open, onOpen, onPick, children }: Props) {
  const container = usePortal();
  const [typed, setTyped] = useState('');
  const q = useSettled(typed.trim(), 120);
  const catalog = useCall(
    'models.catalog',
    { query: { limit: LIMIT, ...(q === '' ? {} : { q }) } },
    { enabled: open, keepPrevious: true, staleTime: 30_000 },
  );
  const models = catalog.data?.models;
  const groups = useMemo<PickerGroup[]>(() => groupsOf(models ?? [], open && q === '' ? loadRecents() : []), [models, open, q]);
  const selected: PickerItem | null = value === null ? null : { id: value.ref, name: value.name, providerName: '' };
  return (
    <Combobox.Root<PickerItem>
      items={groups}
      filter={null}
      autoHighlight
      open={open}
      onOpenChange={(next) => {
        onOpen(next);
        if (!next) setTyped('');
      }}
      value={selected}
      onValueChange={(item) => item && onPick(item)}
      inputValue={typed}
      onInputValueChange={setTyped}
      itemToStringLabel={(item) => item.name}
      isItemEqualToValue={(a, b) => a.id === b.id}
    >
      <Combobox.Trigger className="amh-picker-trigger nodrag nopan" aria-label={label}>
        {children}
        <span aria-hidden="true" className="amh-muted">
          ▾
        </span>
      </Combobox.Trigger>
      <Combobox.Portal container={container}>
        <Combobox.Positioner className="amh-float nowheel nodrag nopan nokey" align="start" sideOffset={4} collisionPadding={8}>
          <Combobox.Popup className="amh-picker" aria-label={label}>
            <Combobox.Input className="amh-input" placeholder="Search models" aria-label="Search models" />
            <PickerStatus
              loading={catalog.isPending}
              error={catalog.error}
              onRetry={() => void catalog.refetch()}
              q={q}
              found={catalog.data?.pagination.total}
            />
            <Combobox.List className="amh-picker-list">
              {(group: PickerGroup) => (
                <Combobox.Group key={group.value} items={group.items}>
                  <Combobox.GroupLabel className="amh-picker-group">{group.value}</Combobox.GroupLabel>
                  <Combobox.Collection>{(item: PickerItem) => <PickerRow key={item.id} item={item} />}</Combobox.Collection>
                </Combobox.Group>
              )}
            </Combobox.List>
            {catalog.data && catalog.data.pagination.total > LIMIT && (
              <p className="amh-picker-foot">
                {LIMIT} of {count(catalog.data.pagination.total)} shown; type to narrow down
              </p>
            )}
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}
