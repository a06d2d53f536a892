import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** `node dist/worker/bundle.js`: writes dist/workflow-bundle.js, which every worker loads. */
export async function writeBundle(dist: string): Promise<string> {
  const path = join(dist, 'workflow-bundle.js');
  const { code } = await bundleWorkflowCode({ workflowsPath: join(dist, 'workflows', 'index.js'), logger: new DefaultLogger('WARN') });
  writeFileSync(`${path}.new`, code);
  renameSync(`${path}.new`, path);
  return path;
}

if (require.main === module)
  writeBundle(join(__dirname, '..')).catch((e: unknown) => {
    process.stderr.write(`${String(e)}\n`);
    process.exit(1);
  });
