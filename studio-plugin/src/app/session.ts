const STORE_KEY = 'amh.key.v1';

/** The API key of this tab. It is kept beyond the tab only when the user said so. */
export class Session {
  readonly #listeners = new Set<() => void>();
  /** why the last session ended, for the sign-in page */
  ended: string | undefined;

  get key(): string | undefined {
    return sessionStorage.getItem(STORE_KEY) ?? localStorage.getItem(STORE_KEY) ?? undefined;
  }
  get remembered(): boolean {
    return localStorage.getItem(STORE_KEY) !== null;
  }
  start(key: string, remember: boolean): void {
    this.#clear();
    (remember ? localStorage : sessionStorage).setItem(STORE_KEY, key);
    this.ended = undefined;
    this.#tell();
  }
  end(reason?: string): void {
    this.#clear();
    this.ended = reason;
    this.#tell();
  }
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  #clear(): void {
    sessionStorage.removeItem(STORE_KEY);
    localStorage.removeItem(STORE_KEY);
  }
  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
