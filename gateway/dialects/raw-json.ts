/** JSON text that goes into a body as it is: the arguments of a tool call keep every digit of their numbers. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  /** for code that knows nothing of it: the value as `JSON.parse` would have given it */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}
