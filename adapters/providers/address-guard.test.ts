import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { AddressGuard, type Resolve } from './address-guard.js';
import { allowedHosts } from './allow-list.js';

const strict = new AddressGuard([]);
const laptop = new AddressGuard(['loopback', 'private']);

describe('an address', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['::ffff:8.8.8.8', 'public, mapped'],
    ['64:ff9b::808:808', 'public, over NAT64'],
  ])('%s may be connected to (%s)', (address) => expect(strict.refusal(address)).toBeUndefined());

  it.each([
    ['127.0.0.1', 'this machine'],
    ['127.255.255.254', 'this machine'],
    ['::1', 'this machine'],
    ['0:0:0:0:0:0:0:1', 'this machine'],
    ['[::1]', 'this machine'],
    ['::ffff:127.0.0.1', 'this machine'],
    ['::ffff:7f00:1', 'this machine'],
    ['64:ff9b::7f00:1', 'this machine'],
    ['10.1.2.3', 'private network'],
    ['172.16.0.1', 'private network'],
    ['172.31.255.255', 'private network'],
    ['192.168.1.1', 'private network'],
    ['fd12:3456::1', 'private network'],
    ['64:ff9b::a00:1', 'private network'],
    ['100.64.0.1', 'shared network'],
    ['169.254.1.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['169.254.169.254', 'metadata'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['::ffff:a9fe:a9fe', 'metadata'],
    ['64:ff9b::a9fe:a9fe', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['0.0.0.0', 'reserved'],
    ['::', 'reserved'],
    ['::127.0.0.1', 'reserved'],
    ['2002:7f00:1::', 'reserved'],
    ['2001:0:1::1', 'reserved'],
    ['64:ff9b:1::1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['fec0::1', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
  ])('%s is refused (%s)', (address, why) => expect(strict.refusal(address)).toContain(why));

  it('is not refused at the edges of the private blocks', () => {
    for (const address of ['9.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255', '100.63.255.255', '100.128.0.0'])
      expect(strict.refusal(address)).toBeUndefined();
  });
  it('of this machine and of private networks is open on a laptop, a metadata service never', () => {
    for (const address of ['127.0.0.1', '::1', '10.0.0.1', 'fd00::1']) expect(laptop.refusal(address)).toBeUndefined();
    for (const address of ['169.254.169.254', 'fd00:ec2::254', '100.64.0.1', '169.254.0.1', '0.0.0.0'])
      expect(laptop.refusal(address)).toBeDefined();
    expect(new AddressGuard(['169.254.0.0/16']).refusal('169.254.169.254')).toBeDefined();
    expect(new AddressGuard(['169.254.169.254']).refusal('169.254.169.254')).toBeUndefined();
  });
  it('is open when a block or the name that leads to it is listed, and no other', () => {
    const guard = new AddressGuard(['10.2.0.0/16', 'models.corp.test', '*.models.corp.test']);
    expect(guard.refusal('10.2.255.1')).toBeUndefined();
    expect(guard.refusal('10.3.0.1')).toBeDefined();
    expect(guard.refusal('10.3.0.1', 'models.corp.test')).toBeUndefined();
    expect(guard.refusal('10.3.0.1', 'A.Models.corp.test.')).toBeUndefined();
    expect(guard.refusal('10.3.0.1', 'evilmodels.corp.test')).toBeDefined();
    expect(guard.refusal('169.254.169.254', 'models.corp.test')).toContain('metadata');
    expect(guard.refusal('169.254.1.1', 'models.corp.test')).toContain('link-local');
  });
});

describe('the URL of a connection', () => {
  it.each([
    'http://127.0.0.1:11434',
    'http://127.1',
    'http://2130706433/v1',
    'http://0x7f000001',
    'http://0x7f.0.0.1',
    'http://0177.0.0.1',
    'http://017700000001',
    'http://127.0.0.1.',
    'http://[::1]:80',
    'http://[::ffff:127.0.0.1]',
    'http://[0:0:0:0:0:ffff:7f00:0001]',
    'http://①②⑦.0.0.1',
    'http://localhost:8080',
    'http://LOCALHOST.',
    'http://a.localhost',
    'http://169.254.169.254/latest/meta-data',
    'http://0xa9fea9fe',
    'http://0/',
  ])('%s is refused when it is saved', (url) => expect(strict.refusalOfUrl(url)).toMatch(/does not connect to.*MODELHUB_ALLOWED_HOSTS/));
  it('with a name waits for what the name leads to', () => {
    expect(strict.refusalOfUrl('https://api.openai.com/v1')).toBeUndefined();
    expect(strict.refusalOfUrl('https://metadata.google.internal')).toBeUndefined();
    expect(laptop.refusalOfUrl('http://localhost:11434')).toBeUndefined();
  });
});

describe('the list', () => {
  it.each(['10.0.0.0/33', '10.0.0.0/x', 'a b', 'host:80', 'http://x', '1.2.3', '', '10.0.0.0/8/8', '*'])('has no entry %j', (entry) =>
    expect(() => new AddressGuard([entry])).toThrow(/neither/),
  );
  it('is written with commas, and "none" is an empty one', () => {
    expect(allowedHosts('loopback, 10.0.0.0/8')).toEqual(['loopback', '10.0.0.0/8']);
    expect(allowedHosts('none')).toEqual([]);
  });
});

describe('a connection', () => {
  const seen: string[] = [];
  const servers: Server[] = [];
  let port = 0;
  const listen = async (host: string, at: number): Promise<number> => {
    const server = createServer((req, res) => {
      seen.push(`${host}${req.url} ${req.headers.host}`);
      if (req.url === '/away') res.writeHead(302, { location: `http://127.0.0.1:${port}/secret` }).end();
      else res.end('ok');
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(at, host, resolve));
    return (server.address() as AddressInfo).port;
  };
  beforeAll(async () => {
    port = await listen('127.0.0.1', 0);
    await listen('127.0.0.2', port); // the whole of 127/8 is this machine
  });
  afterAll(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });
  /** Answers with the next list of addresses at each question. */
  const resolver = (...answers: string[][]): { resolve: Resolve; asked: () => number } => {
    let n = 0;
    return {
      resolve: (_name, _options, done) =>
        done(
          null,
          (answers[n++] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        ),
      asked: () => n,
    };
  };
  const get = async (guard: AddressGuard, url: string): Promise<number> => {
    const dispatcher = guard.agent();
    try {
      const answer = await request(url, { dispatcher });
      await answer.body.dump();
      return answer.statusCode;
    } finally {
      await dispatcher.close();
    }
  };

  it('goes to the address that was judged: a name that then leads elsewhere is asked once only', async () => {
    seen.length = 0;
    const { resolve, asked } = resolver(['127.0.0.2'], ['127.0.0.1'], ['127.0.0.1']);
    const guard = new AddressGuard(['127.0.0.2'], resolve);
    expect(await get(guard, `http://rebind.test:${port}/x`)).toBe(200);
    expect(seen).toEqual([`127.0.0.2/x rebind.test:${port}`]);
    expect(asked()).toBe(1);
    // the next connection asks again, and is judged again
    await expect(get(guard, `http://rebind.test:${port}/x`)).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
    expect(seen).toHaveLength(1);
  });
  it('is refused when one of several addresses is forbidden, and does not say which', async () => {
    const guard = new AddressGuard([], resolver(['8.8.8.8', '169.254.169.254']).resolve);
    await expect(get(guard, `http://both.test:${port}/`)).rejects.toMatchObject({
      code: 'ADDRESS_REFUSED',
      message: expect.stringContaining("both.test leads to a cloud's metadata service"),
    });
    await expect(get(new AddressGuard([], resolver([]).resolve), 'http://none.test/')).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
  });
  it.each(['127.0.0.1', '[::ffff:127.0.0.1]', '0x7f.1', 'localhost'])('to %s is refused on the way, too', async (host) => {
    seen.length = 0;
    await expect(get(strict, `http://${host}:${port}/x`)).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
    await expect(get(strict, `https://${host}:${port}/x`)).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
    expect(seen).toEqual([]);
  });
  it('does not follow a redirect', async () => {
    seen.length = 0;
    expect(await get(new AddressGuard(['127.0.0.2']), `http://127.0.0.2:${port}/away`)).toBe(302);
    expect(seen).toEqual([`127.0.0.2/away 127.0.0.2:${port}`]);
  });
  it('works by name and by address where it is allowed', async () => {
    expect(await get(laptop, `http://localhost:${port}/`)).toBe(200);
    expect(await get(laptop, `http://127.0.0.1:${port}/`)).toBe(200);
  });
});
