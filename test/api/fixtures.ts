import { createKey, ensureTenant } from '#store/identity.js';
import { openStore } from '#store/kit/connect.js';
import type { TestHub } from '../support/hub.js';

/** An admin key of another tenant on the same hub. */
export async function foreignKey(hub: TestHub, tenant = 'rival'): Promise<string> {
  const store = await openStore(hub.mongodbUri);
  try {
    const ctx = { tenant, scope: '', actor: 'test', requestId: 'test' };
    await ensureTenant(store, ctx, tenant);
    return (await createKey(store, ctx, { name: 'admin', role: 'admin', scope: '' })).key;
  } finally {
    await store.close();
  }
}

/** A local model that is up at once: enough to have a deployment of the tenant. */
export const SERVER = `require('http').createServer((q,s)=>{let b='';q.on('data',c=>b+=c).on('end',()=>{s.setHeader('content-type','application/json');s.end(JSON.stringify({pid:process.pid,variant:process.argv[2]??'',choices:[],usage:{prompt_tokens:1,completion_tokens:1}}))})}).listen(Number(process.argv[1]),'127.0.0.1');process.on('SIGTERM',()=>process.exit(0))`;
export const localModel = (id: string, variant = 'a') => ({
  id,
  name: id,
  modelType: 'text',
  contextWindow: 1000,
  maxTokens: 100,
  version: {
    version: '1',
    serving: { command: [process.execPath, '-e', SERVER, '{port}', variant], healthPath: '/health', startTimeoutSeconds: 20 },
  },
});
