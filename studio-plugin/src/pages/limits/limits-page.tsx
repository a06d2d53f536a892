import { useState } from 'react';
import type { LimitView } from '#core/limit/contract.js';
import { useAction } from '../../app/use-action.js';
import { useCall } from '../../app/use-call.js';
import { useLiveTopic, usePolling } from '../../app/use-live.js';
import { useForbidden } from '../../app/use-me.js';
import { Button } from '../../kit/button.js';
import { ConfirmDialog } from '../../kit/confirm-dialog.js';
import { Empty } from '../../kit/empty.js';
import { Page } from '../../kit/page.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { useToast } from '../../kit/use-toast.js';
import { useKeyNames } from '../requests/use-key-names.js';
import { LimitDialog } from './limit-dialog.js';
import { limitText } from './limit-text.js';
import { LimitsTable } from './limits-table.js';

export function LimitsPage() {
  useLiveTopic('limits', [['limits.list']]);
  const { data, error, refetch } = useCall('limits.list', {}, { refetchInterval: usePolling() });
  const { nameOf } = useKeyNames();
  const blocked = useForbidden()('limit:write');
  const toast = useToast();
  const [adding, setAdding] = useState(false);
  const [changing, setChanging] = useState<LimitView>();
  const [deleting, setDeleting] = useState<LimitView>();
  const remove = useAction('limits.delete', {
    invalidates: ['limits.list'],
    onDone: (_, input) => {
      toast(`Deleted the limit ${input.params.name}`);
      setDeleting(undefined);
    },
  });
  const add = (
    <Button look="primary" blocked={blocked} onClick={() => setAdding(true)}>
      Add limit
    </Button>
  );
  return (
    <Page title="Limits" actions={add}>
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton rows={4} label="Loading limits" />}
      {data && data.limits.length === 0 && (
        <Empty kind="nothing-yet" title="Nothing is limited" action={add}>
          A limit bounds requests, tokens or calls at the same time: of each key, user, model, deployment or connection.
        </Empty>
      )}
      {data && data.limits.length > 0 && (
        <LimitsTable limits={data.limits} keyName={nameOf} blocked={blocked} onChange={setChanging} onDelete={setDeleting} />
      )}
      {adding && <LimitDialog onClose={() => setAdding(false)} />}
      {changing && <LimitDialog existing={changing} onClose={() => setChanging(undefined)} />}
      <ConfirmDialog
        open={deleting !== undefined}
        title={`Delete the limit ${deleting?.name ?? ''}`}
        text={
          deleting
            ? `This holds no longer, within a second: ${limitText(deleting, deleting.per === 'key' ? nameOf(deleting.match) : deleting.match)}`
            : ''
        }
        action={`Delete ${deleting?.name ?? ''}`}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => deleting && remove.mutate({ params: { name: deleting.name } })}
        onClose={() => {
          setDeleting(undefined);
          remove.reset();
        }}
      />
    </Page>
  );
}
