/** The built thread that redacts, but for requests that say what becomes of it. */
const { join } = require('node:path');
const { parentPort } = require('node:worker_threads');

parentPort.on('message', ({ request: { text } }) => {
  if (text.includes('exit now')) process.exit(3);
  if (text.includes('throw now'))
    parentPort.postMessage = () => {
      throw new Error('a fault');
    };
  if (text.includes('hang now')) for (;;);
});
require(join(__dirname, '../../../dist/gateway/payload/redact-thread.js'));
