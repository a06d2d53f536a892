export interface Finding {
  /** `note` is worth knowing and does not stop anything. */
  readonly state: 'ok' | 'note' | 'wrong';
  readonly text: string;
  readonly remedy?: string;
}

export interface Check {
  readonly name: string;
  look(): Finding | Promise<Finding>;
}

export const ok = (text: string): Finding => ({ state: 'ok', text });
export const note = (text: string, remedy?: string): Finding => ({ state: 'note', text, ...(remedy ? { remedy } : {}) });
export const wrong = (text: string, remedy: string): Finding => ({ state: 'wrong', text, remedy });
