import { createServer, connect, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A TCP relay that can be cut: how a server that is shared by all tests goes away for one of them. */
export class Cuttable {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private port = 0;
  private readonly to: { host: string; port: number };

  private constructor(to: { host: string; port: number }) {
    this.to = to;
  }
  /** @param uri of MongoDB; `uri` of the result goes through the relay */
  static async before(uri: string): Promise<{ relay: Cuttable; uri: string }> {
    const url = new URL(uri);
    const relay = new Cuttable({ host: url.hostname, port: Number(url.port) });
    await relay.restore();
    url.port = String(relay.port);
    url.hostname = '127.0.0.1';
    url.searchParams.set('directConnection', 'true');
    return { relay, uri: url.toString() };
  }
  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.server?.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
  async restore(): Promise<void> {
    this.server = createServer((from) => {
      const to = connect(this.to);
      for (const [a, b] of [
        [from, to],
        [to, from],
      ] as const) {
        this.sockets.add(a);
        a.on('error', () => b.destroy());
        a.on('close', () => {
          this.sockets.delete(a);
          b.destroy();
        });
        a.pipe(b);
      }
    });
    await new Promise<void>((resolve) => this.server?.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }
}
