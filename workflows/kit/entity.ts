/**
 * The entity pattern: a long-lived workflow whose verbs are Updates. It carries the four parts that together lose and
 * double nothing (research: temporal-measured section 3): the set of update ids seen, carried over continue-as-new; a
 * second check inside the mutex; continue-as-new only when all handlers have finished; a refusal that says "send it again".
 * The entity's own loop stays straight-line code in the workflow.
 */
import * as wf from '@temporalio/workflow';

const SEEN_KEPT = 500;
/** After this many events the entity refuses new verbs (retryably) until it has moved to a new run. */
const OVERDUE_EVENTS = 10_000;

export const refuse = (type: string, message: string, detail?: unknown): wf.ApplicationFailure =>
  wf.ApplicationFailure.create({ type, message, nonRetryable: true, ...(detail === undefined ? {} : { details: [detail] }) });

/** First come, first served; a failure of one holder does not reach the next. */
class Mutex {
  private tail: Promise<unknown> = Promise.resolve();
  run<T>(body: () => Promise<T>): Promise<T> {
    const mine = this.tail.then(body, body);
    this.tail = mine.catch(() => undefined);
    return mine;
  }
}

export interface EntityRules<Name extends string, Args, View> {
  verbs: readonly Name[];
  /** resolves when the state is there to be asked; verbs wait for it */
  ready: Promise<void>;
  isReady(): boolean;
  /** throws a `refuse(...)`; synchronous and read-only */
  check(verb: Name, args: Args): void;
  /** carries the verb out; runs alone */
  act(verb: Name, args: Args): void;
  token(): number;
  view(): View;
  summary(verb: Name): string;
}
export interface Ack<View> {
  token: number;
  view: View;
}
export interface Entity {
  /** true when this run should end: idle, or overdue and drained */
  mayContinue(): boolean;
  /** From now on verbs are refused with `busy`; resolves when the last handler has finished. */
  drain(): Promise<void>;
  seen(): [string, number][];
  /** a verb was carried out since the last call */
  tookVerb(): boolean;
}

/** Registers one Update per verb. */
export function entity<Name extends string, Args, View>(
  rules: EntityRules<Name, Args, View>,
  carried: [string, number][],
  busyType: string,
): Entity {
  const seen = new Map(carried);
  const mutex = new Mutex();
  let draining = false;
  let acted = false;
  const updateId = (): string => wf.currentUpdateInfo()?.id ?? '';
  const answer = (): Ack<View> => ({ token: rules.token(), view: rules.view() });
  const overdue = (): boolean => wf.workflowInfo().historyLength > OVERDUE_EVENTS;

  for (const verb of rules.verbs) {
    wf.setHandler(
      wf.defineUpdate<Ack<View>, [Args]>(verb),
      async (args) => {
        const id = updateId(); // read before the first await: the context is the update's only here
        return await mutex.run(async () => {
          await rules.ready;
          if (seen.has(id)) return answer(); // the same request, carried out in an earlier run
          rules.check(verb, args); // again: the state may have moved while we waited
          rules.act(verb, args);
          seen.set(id, rules.token());
          acted = true;
          return answer();
        });
      },
      {
        validator: (args) => {
          if (seen.has(updateId())) return;
          if (draining || overdue()) throw refuse(busyType, 'moving to a new run; send it again');
          if (rules.isReady()) rules.check(verb, args);
        },
        description: rules.summary(verb),
      },
    );
  }
  return {
    mayContinue: () => wf.workflowInfo().continueAsNewSuggested && (wf.allHandlersFinished() || overdue()),
    async drain() {
      draining = true;
      await wf.condition(wf.allHandlersFinished);
    },
    seen: () => [...seen].slice(-SEEN_KEPT),
    tookVerb() {
      const was = acted;
      acted = false;
      return was;
    },
  };
}
