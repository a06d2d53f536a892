import { connect, type Socket } from 'node:net';

/** A client without manners: what it sends and whether it reads is the test's to say. */
export class RawClient {
  readonly socket: Socket;
  /** all that came, byte for byte */
  received = '';
  closed = false;

  constructor(url: string) {
    this.socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
    this.socket.on('error', () => undefined); // a reset is one of the ways to be closed
    this.socket.on('close', () => (this.closed = true));
    this.socket.on('data', (chunk) => (this.received += chunk.toString('latin1')));
  }
  send(text: string | Buffer): this {
    this.socket.write(text);
    return this;
  }
  get status(): number | undefined {
    const found = /^HTTP\/1\.1 (\d{3})/.exec(this.received)?.[1];
    return found === undefined ? undefined : Number(found);
  }
}
/** The head of a call, up to and with the empty line. */
export const head = (key: string, lines: readonly string[], path = '/v1/chat/completions'): string =>
  [`POST ${path} HTTP/1.1`, 'host: hub', `authorization: Bearer ${key}`, 'content-type: application/json', ...lines, '', ''].join('\r\n');
