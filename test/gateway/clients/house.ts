import { startSimulator, type Simulator } from '#adapters/providers/simulator/server.js';
import { offerings } from '#store/catalog/collections.js';
import { connect, hostedBy } from '../support/connection.js';
import { ctx, Hub, until } from '../support/hub.js';
import { Upstream } from '../support/upstream.js';
import { messageModel, openaiModel } from './models.js';

/**
 * A gateway in front of two providers that have one dialect each, and of the simulator, which has both. Deployments:
 * `gpt` and `claude` (the simulator behind connections of the kinds `openai` and `anthropic`: those providers have no other
 * dialect), `both` (kind `simulator`), `gpt-tools` and `claude-tools` (models that call tools and follow schemas, models.ts),
 * `gpt-limited`, `claude-limited`, `gpt-broken`, `claude-broken` (they refuse each call), `gpt-slow`, `claude-slow`.
 */
export class House {
  readonly hub: Hub;
  readonly url: string;
  readonly key: string;
  readonly simulator: Simulator;
  readonly openai: Upstream;
  readonly anthropic: Upstream;
  private readonly stopGateway: () => Promise<void>;

  private constructor(o: Pick<House, 'hub' | 'url' | 'key' | 'simulator' | 'openai' | 'anthropic'> & { stop: () => Promise<void> }) {
    this.hub = o.hub;
    this.url = o.url;
    this.key = o.key;
    this.simulator = o.simulator;
    this.openai = o.openai;
    this.anthropic = o.anthropic;
    this.stopGateway = o.stop;
  }
  static async open(name: string): Promise<House> {
    const hub = await Hub.open(name);
    const [simulator, openai, anthropic] = await Promise.all([
      startSimulator({
        port: 0,
        profiles: { 'sim-ratelimit': { faults: { rateLimit: 1 }, retryAfterSeconds: 7 }, 'sim-slow': { baseMs: 20, perTokenMs: 20 } },
      }),
      Upstream.start(openaiModel),
      Upstream.start(messageModel),
    ]);
    for (const [provider, kind] of [
      ['gpt', 'openai'],
      ['claude', 'anthropic'],
      ['both', 'simulator'],
    ] as const) {
      await connect(hub, { name: provider, kind, url: simulator.url });
      await hub.route(provider, 1, [hostedBy(provider, { upstreamModel: 'sim-cached' })]);
      for (const [what, upstreamModel] of [
        ['limited', 'sim-ratelimit'],
        ['broken', 'sim-error'],
        ['slow', 'sim-slow'],
      ] as const)
        await hub.route(`${provider}-${what}`, 1, [hostedBy(provider, { upstreamModel, modelId: `${provider}/${what}` })]);
    }
    await connect(hub, { name: 'gpt-tools', kind: 'openai', url: openai.url });
    await connect(hub, { name: 'claude-tools', kind: 'anthropic', url: anthropic.url });
    for (const name of ['gpt-tools', 'claude-tools']) await hub.route(name, 1, [hostedBy(name)]);
    for (const id of ['gpt/model', 'claude/model', 'both/model', 'gpt-tools/model', 'claude-tools/model']) await priced(hub, id);
    const { key } = await hub.key();
    const gateway = await hub.gateway();
    const stop = (): Promise<void> => gateway.stop();
    return new House({ hub, url: gateway.url, key, simulator, openai, anthropic, stop });
  }
  /** The one event of a call, once it is in the ledger. */
  async eventOf(requestId: string) {
    const found = () => this.hub.events({ _id: `acme/${requestId}` });
    await until(async () => (await found()).length === 1);
    return (await found())[0];
  }
  /** One more deployment, of a model with health and breaker of its own, once the gateway knows it. */
  async deploy(name: string, connection: string): Promise<void> {
    await this.hub.route(name, 1, [hostedBy(connection, { modelId: `${connection}/${name}` })]);
    await this.listed(name);
  }
  /** Waits until the gateway serves that name. */
  listed(name: string): Promise<void> {
    return until(async () => {
      const models = await fetch(`${this.url}/v1/models`, { headers: { authorization: `Bearer ${this.key}` } });
      return (await models.text()).includes(`"${name}"`);
    });
  }
  async close(): Promise<void> {
    await this.stopGateway();
    await Promise.all([this.simulator.stop(), this.openai.stop(), this.anthropic.stop()]);
    await this.hub.close();
  }
}

/** What the simulator itself charges (`DEFAULT_PRICES`), in nano-dollars for a million tokens. */
async function priced(hub: Hub, id: string): Promise<void> {
  const $ = 1_000_000_000;
  await offerings(hub.store).insert(ctx(), {
    ...{ id, name: id, version: '1', provider: 'sim', providerName: 'Sim', model: id, upstreamModel: 'm', modelType: 'text' as const },
    ...{ capabilities: ['tools'], supportedTasks: [], modalities: { input: ['text'], output: ['text'] }, maxTokens: 0, contextWindow: 0 },
    ...{ status: 'active' as const, securityLevel: 'internal' as const, compliance: [], openWeights: false, owner: 'tenant' as const },
    served: false,
    priceBook: [
      {
        effectiveFrom: '2020-01-01T00:00:00.000Z',
        prices: { input: 3 * $, cacheRead: 0.3 * $, cacheWrite: 3.75 * $, cacheWrite1h: 6 * $, output: 15 * $ },
      },
    ],
  });
}
