import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { MODEL_STATUSES, MODEL_TYPES, type OfferingRecord, priceBookEntry } from '#core/catalog/schema.js';

const SEED = join('store', 'seed', 'models.jsonl');
const header = z.object({
  attribution: z.string(),
  /** the day from which its prices are in force */
  snapshot: z.iso.date(),
  providers: z.record(z.string(), z.object({ name: z.string(), doc: z.string().optional() })),
});
const line = z.object({
  id: z.string(),
  name: z.string(),
  model: z.string(),
  maker: z.string().optional(),
  family: z.string().optional(),
  modelType: z.enum(MODEL_TYPES),
  capabilities: z.array(z.string()),
  supportedTasks: z.array(z.string()),
  input: z.array(z.string()),
  output: z.array(z.string()),
  contextWindow: z.number().int(),
  maxTokens: z.number().int(),
  price: priceBookEntry.omit({ effectiveFrom: true }).optional(),
  status: z.enum(MODEL_STATUSES),
  releasedOn: z.string().optional(),
  version: z.string(),
  knowledgeCutoff: z.string().optional(),
  openWeights: z.boolean(),
  licence: z.string().optional(),
});
type Header = z.output<typeof header>;

/** The seed's text and the hash that names it; found from the sources and from dist/ alike. */
export function readSeed(): { text: string; sha256: string } {
  for (let dir = __dirname; ; dir = dirname(dir)) {
    const file = join(dir, SEED);
    if (existsSync(file)) {
      const bytes = readFileSync(file);
      return { text: bytes.toString('utf8'), sha256: createHash('sha256').update(bytes).digest('hex') };
    }
    if (dirname(dir) === dir) throw new Error(`${SEED} is missing; node scripts/import-models.mjs <file> makes it`);
  }
}

/** Every offering of the seed as it is stored, with the day that `version` names. */
export function parseSeed(text: string): { snapshotAt: string; offerings: { id: string; record: OfferingRecord }[] } {
  const [first = '', ...lines] = text.trimEnd().split('\n');
  const head = header.parse(JSON.parse(first));
  const snapshotAt = `${head.snapshot}T00:00:00.000Z`;
  return { snapshotAt, offerings: lines.map((l) => recordOf(head, snapshotAt, line.parse(JSON.parse(l)))) };
}

function recordOf(head: Header, snapshotAt: string, o: z.output<typeof line>): { id: string; record: OfferingRecord } {
  const { id, input, output, price, ...same } = o;
  const slash = id.indexOf('/');
  const provider = id.slice(0, slash);
  const known = head.providers[provider];
  return {
    id,
    record: {
      ...same,
      provider,
      providerName: known?.name ?? provider,
      upstreamModel: id.slice(slash + 1),
      modalities: { input, output },
      priceBook: price ? [{ effectiveFrom: snapshotAt, ...price }] : [],
      securityLevel: 'public',
      compliance: [],
      owner: 'catalog',
      served: false,
      attribution: head.attribution,
      ...(known?.doc ? { docUrl: known.doc } : {}),
    },
  };
}
