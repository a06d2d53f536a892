import { capabilities, modelSlug, modelType, statusOf, supportedTasks } from './derive.mjs';
import { priceEntryOf } from './prices.mjs';

const OFFERING_ID = /^[A-Za-z0-9._~@-]+\/[A-Za-z0-9._~@:/-]+$/;
const MODALITY_ORDER = ['text', 'image', 'pdf', 'video', 'audio'];
const inOrder = (list) => MODALITY_ORDER.filter((x) => list?.includes(x));
const count = (n) => (Number.isSafeInteger(n) && n > 0 ? n : 0);
/** A day that the calendar has; the source has a few others. A month stands for itself. */
const day = (text) => (/^\d{4}-(0[1-9]|1[0-2])(-([0-2]\d|3[01]))?$/.test(text ?? '') ? text : undefined);
const present = (o) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));

/** Every offering of every provider as the seed keeps it, sorted by id. */
export function offeringsOf(providers, snapshot) {
  const byId = new Map(providers.flatMap((p) => p.models.map((m) => [`${p.id}/${m.id}`, m])));
  const makers = makersOf(providers);
  const skipped = [];
  const offerings = [];
  for (const p of providers)
    for (const m of p.models) {
      const id = `${p.id}/${m.id}`;
      if (OFFERING_ID.test(id) && id.length <= 240)
        offerings.push(offeringOf(id, m, modalitiesOf(m, byId), makers.get(modelSlug(m)), snapshot));
      else skipped.push(id);
    }
  return { offerings: offerings.sort((a, b) => (a.id < b.id ? -1 : 1)), skipped };
}

/** Who made a model: said by `base_model` of those that serve it. */
function makersOf(providers) {
  const makers = new Map();
  for (const p of providers)
    for (const m of p.models)
      if (typeof m.base_model === 'string') makers.set(modelSlug(m), m.base_model.slice(0, m.base_model.indexOf('/')));
  return makers;
}

/** Some entries leave out what they take over from their base model; a language model gives text. */
function modalitiesOf(m, byId) {
  const base = byId.get(m.base_model)?.modalities;
  const input = inOrder(m.modalities?.input ?? base?.input);
  const output = inOrder(m.modalities?.output ?? base?.output);
  return { input: input.length ? input : ['text'], output: output.length ? output : ['text'] };
}

function offeringOf(id, m, modalities, maker, snapshot) {
  return present({
    id,
    name: m.name,
    model: modelSlug(m),
    maker,
    family: m.family,
    modelType: modelType(m, modalities),
    capabilities: capabilities(m, modalities),
    supportedTasks: supportedTasks(m, modalities),
    input: modalities.input,
    output: modalities.output,
    contextWindow: count(m.limit?.context),
    maxTokens: count(m.limit?.output),
    price: priceEntryOf(m.cost),
    status: statusOf(m),
    releasedOn: day(m.release_date),
    version: day(m.last_updated) ?? day(m.release_date) ?? snapshot,
    knowledgeCutoff: m.knowledge,
    openWeights: m.open_weights === true,
    licence: typeof m.license === 'string' ? m.license : undefined,
  });
}
