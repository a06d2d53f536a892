/** The least that a relay in this language can be: node:http and undici, the model renamed, nothing else. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`, { connections: null });
const server = createServer({ keepAliveTimeout: 65_000 }, (req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (part: Buffer) => chunks.push(part));
  req.on('end', () => {
    const body = JSON.stringify({ ...(JSON.parse(Buffer.concat(chunks).toString()) as object), model: 'up' });
    pool.request({ path: req.url ?? '/', method: 'POST', headers: { 'content-type': 'application/json' }, body }).then(
      (up) => {
        res.writeHead(up.statusCode, { 'content-type': up.headers['content-type'] });
        up.body.pipe(res);
      },
      () => res.writeHead(502).end(),
    );
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
