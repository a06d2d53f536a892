/* The simulator in its process, as built: argv[2] is its options as JSON. */
const { startSimulator } = require('../../dist/adapters/providers/simulator/server.js');

void startSimulator(JSON.parse(process.argv[2])).then((simulator) => process.send({ url: simulator.url }));
