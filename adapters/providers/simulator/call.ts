import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Ask } from './ask.js';
import { draw } from './draw.js';
import { type Charged, type Invoice, NOTHING, type Outcome } from './invoice.js';
import type { Fault, Profile } from './profile.js';
import { type Refused, refusedBy } from './refusals.js';
import { streamForm } from './stream-forms.js';
import { type Plan, planOf, usedAt } from './usage.js';
import { type Subject, wholeAnswer } from './whole-forms.js';

export interface Setting {
  seed: number;
  /** of the call among all, and where its random numbers come from */
  ordinal: number;
  profile: Profile;
  fault: Fault | undefined;
  invoice: Invoice;
  onEnd(): void;
}

/** One call, from its parsed request to the line on the invoice, which is written when its connection is done with it. */
export class Call {
  private readonly req: IncomingMessage;
  private readonly res: ServerResponse;
  private readonly ask: Ask;
  private readonly set: Setting;
  private readonly plan: Plan;
  private outcome: Outcome = 'answered';
  /** what has been generated and must be paid; a call that is refused never gets here */
  private used: Charged = NOTHING;
  private told: Charged | null = null;
  private closed = false;

  constructor(req: IncomingMessage, res: ServerResponse, ask: Ask, set: Setting) {
    this.req = req;
    this.res = res;
    this.ask = ask;
    this.set = set;
    this.plan = planOf(ask, set.profile, set.seed);
    res.once('close', () => {
      this.closed = true;
      if (this.outcome !== 'reset' && this.outcome !== 'cut' && !res.writableFinished) this.outcome = 'aborted';
      this.settle();
    });
  }

  async run(): Promise<void> {
    const { fault, profile } = this.set;
    const refused = fault && refusedBy(fault, this.ask.operation, profile);
    if (refused) return this.refuse(refused);
    if (fault === 'reset') {
      this.outcome = 'reset';
      this.req.socket.resetAndDestroy();
      return;
    }
    this.used = { ...NOTHING, ...this.plan.input }; // a call that is taken on has its input read
    const streams = this.ask.stream && this.ask.operation !== 'embedding' && this.ask.operation !== 'countTokens';
    await (streams ? this.stream() : this.whole());
  }

  refuse({ status, headers, body }: Refused): void {
    this.outcome = 'refused';
    this.send(status, JSON.stringify(body), headers);
  }

  private async whole(): Promise<void> {
    const { profile, fault } = this.set;
    const base = this.baseMs();
    if (base > 0) await pause(base);
    // a whole answer grows unseen: who leaves early pays for what was there
    for (let k = 1; profile.perTokenMs > 0 && k < this.plan.text; k++) {
      await pause(profile.perTokenMs * this.jitter(k));
      if (this.closed) return;
      this.used = usedAt(this.plan, k, this.ask.n);
    }
    if (this.closed) return;
    this.used = usedAt(this.plan, this.plan.text, this.ask.n);
    const text = JSON.stringify(wholeAnswer(this.subject()));
    if (fault === 'malformed') {
      this.outcome = 'malformed';
      return this.send(200, text.slice(0, Math.floor(text.length / 2)), {});
    }
    if (fault === 'cut') {
      this.res.writeHead(200, { ...this.headers(), 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) });
      return this.cut(text.slice(0, Math.floor(text.length * this.drawn(3))));
    }
    this.told = this.used;
    this.send(200, text, {});
  }

  private async stream(): Promise<void> {
    const { profile, fault } = this.set;
    const { plan, ask } = this;
    const form = streamForm(this.subject(), ask.continuousUsage || profile.continuousUsage);
    const breaksAt = fault === 'cut' || fault === 'malformed' ? Math.floor(this.drawn(3) * (plan.text + 1)) : Number.POSITIVE_INFINITY;
    const base = this.baseMs();
    if (base > 0) await pause(base);
    if (this.closed) return;
    this.res.writeHead(200, { ...this.headers(), 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
    this.used = usedAt(plan, 0, ask.n);
    const head = form.head(this.used);
    if (form.tells.head) this.told = this.used;
    if (breaksAt === 0) return this.breakOff(head);
    await this.write(head);
    for (let k = 0; k < plan.text && !this.closed; k++) {
      if (profile.perTokenMs > 0 && k > 0) await pause(profile.perTokenMs * this.jitter(k));
      if (this.closed) return;
      this.used = usedAt(plan, k + 1, ask.n);
      const frame = form.token(k, this.used);
      if (form.tells.token) this.told = this.used;
      if (k + 1 === breaksAt) return this.breakOff(frame);
      if (!this.res.write(frame)) await this.drained();
    }
    if (this.closed) return;
    if (form.tells.tail) this.told = this.used;
    this.res.end(form.tail(this.used));
  }

  private breakOff(last: string): void {
    if (this.set.fault === 'cut') return this.cut(last);
    this.outcome = 'malformed';
    this.res.end(`${last}data: {"broken\n\n`);
  }

  /** Everything that was written reaches the caller; then the connection ends where no end is due. */
  private cut(last: string): void {
    this.res.write(last === '' ? ' ' : last, () => {
      if (!this.closed) this.outcome = 'cut';
      this.req.socket.destroySoon();
    });
  }

  private settle(): void {
    const { callId, used, told, outcome, res } = this;
    const free = outcome === 'refused' || outcome === 'reset' || this.ask.operation === 'countTokens';
    const tokens = free ? NOTHING : used;
    const saidAll = free || (told !== null && told === used);
    const { model, operation, stream } = this.ask;
    this.set.invoice.add({
      callId,
      model,
      operation,
      stream,
      httpStatus: res.headersSent ? res.statusCode : null,
      outcome,
      tokens,
      told: free ? null : told,
      exactKnown: saidAll && outcome !== 'aborted',
    });
    this.set.onEnd();
  }

  private send(status: number, text: string, headers: Record<string, string>): void {
    const length = String(Buffer.byteLength(text));
    this.res.writeHead(status, { ...this.headers(), 'content-type': 'application/json', 'content-length': length, ...headers }).end(text);
  }
  private async write(text: string): Promise<void> {
    if (text !== '' && !this.res.write(text)) await this.drained();
  }
  private drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.closed) return resolve();
      const done = (): void => {
        this.res.off('drain', done).off('close', done);
        resolve();
      };
      this.res.once('drain', done).once('close', done);
    });
  }
  private baseMs(): number {
    const { profile, fault } = this.set;
    return profile.baseMs * this.jitter(0) + (fault === 'slow' ? profile.slowMs : 0);
  }
  private jitter(k: number): number {
    const { jitter } = this.set.profile;
    return jitter === 0 ? 1 : 1 + jitter * (this.drawn(16 + k) * 2 - 1);
  }
  private drawn(what: number): number {
    return draw(this.set.seed, this.set.ordinal, what);
  }
  private get callId(): string | null {
    const id = this.req.headers['x-request-id'];
    return typeof id === 'string' ? id : null;
  }
  private headers(): Record<string, string> {
    return { 'x-request-id': `sim-${this.set.ordinal}` };
  }
  private subject(): Subject {
    return { ask: this.ask, plan: this.plan, id: `sim${this.set.ordinal}`, created: Math.floor(Date.now() / 1000), seed: this.set.seed };
  }
}
