import { useState } from 'react';
import type { KeyView } from '#core/identity/schema.js';
import { useAction } from '../../app/use-action.js';
import { useCall } from '../../app/use-call.js';
import { useForbidden, useMay } from '../../app/use-me.js';
import { Button } from '../../kit/button.js';
import { ConfirmDialog } from '../../kit/confirm-dialog.js';
import { Empty } from '../../kit/empty.js';
import { Page } from '../../kit/page.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { useToast } from '../../kit/use-toast.js';
import { KeyDialog } from './key-dialog.js';
import { KeysTable } from './keys-table.js';

export function KeysPage() {
  const may = useMay()('key:read');
  const forbidden = useForbidden();
  const toast = useToast();
  const { data, error, refetch } = useCall('keys.list', {}, { enabled: may });
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<KeyView>();
  const revoke = useAction('keys.revoke', {
    invalidates: ['keys.list'],
    onDone: () => {
      toast('Revoked the key');
      setRevoking(undefined);
    },
  });
  if (!may)
    return (
      <Page title="API keys">
        <Empty kind="no-permission" title="Your key may not see other keys">
          {forbidden('key:read')} Ask an admin of your organisation.
        </Empty>
      </Page>
    );
  const name = revoking?.name ?? '';
  return (
    <Page
      title="API keys"
      actions={
        <Button look="primary" blocked={forbidden('key:write')} onClick={() => setCreating(true)}>
          Create key
        </Button>
      }
    >
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton rows={4} label="Loading keys" />}
      {data && data.keys.length === 0 && <Empty kind="nothing-yet" title="There is no API key" />}
      {data && data.keys.length > 0 && <KeysTable keys={data.keys} blocked={forbidden('key:write')} onRevoke={setRevoking} />}
      {creating && <KeyDialog onClose={() => setCreating(false)} />}
      <ConfirmDialog
        open={revoking !== undefined}
        title={`Revoke ${name}`}
        text={`Whoever uses the key ${name} (${revoking?.prefix ?? ''}…) is refused within a second. This cannot be undone.`}
        action={`Revoke ${name}`}
        busy={revoke.isPending}
        error={revoke.error}
        onConfirm={() => revoking && revoke.mutate({ params: { id: revoking.id } })}
        onClose={() => {
          setRevoking(undefined);
          revoke.reset();
        }}
      />
    </Page>
  );
}
