import { useState } from 'react';
import type { ConnectionView } from '#core/connection/schema.js';
import { useAction } from '../../app/use-action.js';
import { useCall } from '../../app/use-call.js';
import { useLiveTopic, usePolling } from '../../app/use-live.js';
import { useForbidden } from '../../app/use-me.js';
import { Button } from '../../kit/button.js';
import { ConfirmDialog } from '../../kit/confirm-dialog.js';
import { Dialog } from '../../kit/dialog.js';
import { Empty } from '../../kit/empty.js';
import { Page } from '../../kit/page.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { useToast } from '../../kit/use-toast.js';
import { CheckResult } from './check-result.js';
import { useCheck } from './use-check.js';
import { ConnectionForm } from './connection-form.js';
import { ConnectionsTable } from './connections-table.js';
import { CredentialForm } from './credential-form.js';

export function ConnectionsPage() {
  useLiveTopic('connections', [['connections.list']]);
  const { data, error, refetch } = useCall('connections.list', {}, { refetchInterval: usePolling() });
  const blocked = useForbidden()('connection:write');
  const toast = useToast();
  const [adding, setAdding] = useState(false);
  const [changing, setChanging] = useState<ConnectionView>();
  const [deleting, setDeleting] = useState<ConnectionView>();
  const [checking, setChecking] = useState<ConnectionView>();
  const check = useCheck();
  const remove = useAction('connections.delete', {
    invalidates: ['connections.list', 'models.get'],
    onDone: (_, input) => {
      toast(`Deleted ${input.params.name}`);
      setDeleting(undefined);
    },
  });
  const add = (
    <Button look="primary" blocked={blocked} onClick={() => setAdding(true)}>
      Add connection
    </Button>
  );
  return (
    <Page title="Connections" actions={add}>
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton rows={4} label="Loading connections" />}
      {data && data.connections.length === 0 && (
        <Empty kind="nothing-yet" title="No provider is connected" action={add}>
          A connection is a provider with its address and your key. Hosted deployments need one.
        </Empty>
      )}
      {data && data.connections.length > 0 && (
        <ConnectionsTable
          connections={data.connections}
          blocked={blocked}
          onCheck={(c) => {
            setChecking(c);
            check.mutate({ params: { name: c.name } });
          }}
          onChange={setChanging}
          onDelete={setDeleting}
        />
      )}
      <Dialog open={adding} onClose={() => setAdding(false)} title="Add a connection" wide>
        <ConnectionForm
          onCancel={() => setAdding(false)}
          onSaved={(c) => {
            toast(`Added ${c.name}`);
            setAdding(false);
          }}
        />
      </Dialog>
      <Dialog open={checking !== undefined} onClose={() => setChecking(undefined)} title={`Check of ${checking?.name ?? ''}`}>
        {check.isPending ? <Skeleton rows={2} label="Asking the provider" /> : <CheckResult result={check.data} error={check.error} />}
      </Dialog>
      <Dialog open={changing !== undefined} onClose={() => setChanging(undefined)} title={`Change ${changing?.name ?? ''}`}>
        {changing && <CredentialForm connection={changing} onClose={() => setChanging(undefined)} />}
      </Dialog>
      <ConfirmDialog
        open={deleting !== undefined}
        title={`Delete ${deleting?.name ?? ''}`}
        text={`The connection ${deleting?.name ?? ''} and its sealed credential are removed. A connection that a deployment uses cannot be deleted.`}
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
