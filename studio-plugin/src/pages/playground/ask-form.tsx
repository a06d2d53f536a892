import type { FormEvent, KeyboardEvent, ReactNode } from 'react';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { TextArea, TextInput } from '../../kit/input.js';
import { type AskDraft, faultsOf } from './draft.js';

interface Props {
  draft: AskDraft;
  onChange: (draft: AskDraft) => void;
  /** why nothing can be sent now */
  blocked: string | undefined;
  running: boolean;
  onSend: () => void;
  onStop: () => void;
  /** who is asked */
  children: ReactNode;
}
/** Who is asked, what, and how. Ctrl+Enter sends from anywhere in it. */
export function AskForm({ draft, onChange, blocked, running, onSend, onStop, children }: Props) {
  const faults = faultsOf(draft);
  const why = blocked ?? (Object.keys(faults).length > 0 ? 'A parameter needs another value.' : undefined);
  const send = (): void => {
    if (why === undefined && !running) onSend();
  };
  const set = (patch: Partial<AskDraft>): void => onChange({ ...draft, ...patch });
  return (
    <form
      className="amh-stack amh-play-form"
      noValidate
      onSubmit={(e: FormEvent) => {
        e.preventDefault();
        send();
      }}
      onKeyDown={(e: KeyboardEvent) => {
        if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) send();
      }}
    >
      {children}
      <Field label="System message" optional>
        {(ids) => <TextArea {...ids} rows={3} value={draft.system} onText={(system) => set({ system })} />}
      </Field>
      <Field label="User message">{(ids) => <TextArea {...ids} rows={6} value={draft.user} onText={(user) => set({ user })} />}</Field>
      <div className="amh-form-grid">
        <Field label="Temperature" optional error={faults.temperature} hint="0 to 2">
          {(ids) => <TextInput {...ids} inputMode="decimal" value={draft.temperature} onText={(temperature) => set({ temperature })} />}
        </Field>
        <Field label="Max tokens" optional error={faults.maxTokens} hint="of the answer">
          {(ids) => <TextInput {...ids} inputMode="numeric" value={draft.maxTokens} onText={(maxTokens) => set({ maxTokens })} />}
        </Field>
      </div>
      <div className="amh-row">
        <Button type="submit" look="primary" busy={running} blocked={running ? undefined : why}>
          Send message
        </Button>
        {running && <Button onClick={onStop}>Stop answer</Button>}
        <span className="amh-field-hint">Ctrl+Enter sends. The call is charged like any other.</span>
      </div>
    </form>
  );
}
