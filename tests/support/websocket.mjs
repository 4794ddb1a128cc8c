// @ts-check
// The few bytes of RFC 6455 that an echo needs: text frames below 126 bytes.

import { createHash } from 'node:crypto';
import { once } from 'node:events';

/** @typedef {import('node:stream').Duplex} Socket */

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 0x81;

/**
 * Answers an upgrade request.
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {Socket} socket
 */
export function accept(request, socket) {
  const proof = createHash('sha1')
    .update(request.headers['sec-websocket-key'] + GUID)
    .digest('base64');
  const head = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'];
  socket.write([...head, `Sec-WebSocket-Accept: ${proof}`, '', ''].join('\r\n'));
}

/**
 * Sends every text frame back with `echo:` in front.
 *
 * @param {Socket} socket
 */
export function echo(socket) {
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    if (bytes[0] === TEXT) socket.write(frame(`echo:${text(bytes)}`));
    else socket.end();
  });
}

/**
 * Sends one text as a client (masked, with a zero mask) and reads the one that comes back.
 *
 * @param {Socket} socket
 * @param {string} words
 */
export async function ask(socket, words) {
  const answer = once(socket, 'data');
  const plain = frame(words);
  plain[1] |= 0x80;
  socket.write(Buffer.concat([plain.subarray(0, 2), Buffer.alloc(4), plain.subarray(2)]));
  return text((await answer)[0]);
}

/** @param {string} words */
function frame(words) {
  const payload = Buffer.from(words);
  return Buffer.concat([Buffer.from([TEXT, payload.length]), payload]);
}

/** @param {Buffer} bytes */
function text(bytes) {
  const masked = (bytes[1] & 0x80) !== 0;
  const length = bytes[1] & 0x7f;
  const start = masked ? 6 : 2;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  if (masked) for (let i = 0; i < length; i++) payload[i] ^= bytes[2 + (i % 4)];
  return payload.toString();
}
