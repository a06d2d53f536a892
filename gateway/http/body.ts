import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Refusal } from './refusal.js';

export const MAX_BODY = 32 * 1024 * 1024;
/** What is too large is read up to here and thrown away: a connection that ends over unread bytes takes the answer with it. */
const MAX_DISCARDED = 2 * MAX_BODY;
const TOO_LARGE = `The body is larger than ${MAX_BODY / 1024 / 1024} MB.`;
const tooLarge = (): Refusal =>
  new Refusal(413, 'invalid_request_error', 'body_too_large', TOO_LARGE, { headers: { connection: 'close' } });
const DECODERS = { gzip: promisify(gunzip), deflate: promisify(inflate), br: promisify(brotliDecompress) };

/** The whole body as bytes, unpacked; only JSON is taken. What is unpacked is bounded like what is not. */
export async function readBody(req: IncomingMessage): Promise<Buffer> {
  const type = (req.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    throw new Refusal(
      415,
      'invalid_request_error',
      'unsupported_content_type',
      `Send the body as application/json, not ${type ? `"${type.slice(0, 100)}"` : 'without a content type'}.`,
    );
  const encoding = req.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && !Object.hasOwn(DECODERS, encoding))
    throw new Refusal(
      415,
      'invalid_request_error',
      'unsupported_content_encoding',
      `Send the body plain or as ${Object.keys(DECODERS).join(', ')}.`,
    );
  const declared = Number(req.headers['content-length'] ?? 0);
  if (declared > MAX_DISCARDED) throw tooLarge();
  const sent = await bytes(req);
  return encoding === 'identity' ? sent : await unpacked(sent, encoding as keyof typeof DECODERS);
}

function bytes(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY) chunks.push(chunk);
      else chunks.length = 0;
      if (size <= MAX_DISCARDED) return;
      req.pause();
      reject(tooLarge());
    });
    req.on('end', () =>
      size > MAX_BODY ? reject(tooLarge()) : resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size)),
    );
    req.on('error', reject);
    req.on('close', () => {
      // a body that has come whole is closed too, and an error is not free
      if (!req.complete) reject(new Error('the client went away while sending'));
    });
  });
}

async function unpacked(sent: Buffer, encoding: keyof typeof DECODERS): Promise<Buffer> {
  try {
    return await DECODERS[encoding](sent, { maxOutputLength: MAX_BODY });
  } catch (e) {
    if ((e as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new Refusal(400, 'invalid_request_error', 'malformed_encoding', `The body is not valid ${encoding}.`);
  }
}
