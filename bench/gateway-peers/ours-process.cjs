/* Our gateway in its process; the build must be there. A signal ends it as `npm start` would. */
const { startGateway } = require('../../dist/gateway/main.js');

void startGateway(JSON.parse(process.argv[2])).then((gateway) => {
  process.on('SIGTERM', () => void gateway.stop().then(() => process.exit(0)));
  process.send({ port: gateway.port });
});
