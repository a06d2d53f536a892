import { useCall } from '../../app/use-call.js';
import { CodeBlock } from '../../kit/code-block.js';
import { Dialog } from '../../kit/dialog.js';
import { Empty } from '../../kit/empty.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';

/** The last lines that a replica wrote, read again every two seconds while the dialog is open. */
export function LogDialog({
  environment,
  name,
  replica,
  onClose,
}: {
  environment: string;
  name: string;
  replica: string;
  onClose: () => void;
}) {
  const { data, error, refetch } = useCall(
    'deployments.logs',
    { params: { environment, name, replica }, query: { lines: 400 } },
    { refetchInterval: 2000 },
  );
  return (
    <Dialog open onClose={onClose} title={`Log of ${replica}`} wide>
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton rows={5} label="Loading the log" />}
      {data && data.text === '' && <Empty kind="nothing-yet" title="The replica has not written anything yet" />}
      {data && data.text !== '' && <CodeBlock label={`Last 400 lines of ${replica}`} code={data.text} />}
    </Dialog>
  );
}
