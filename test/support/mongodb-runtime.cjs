/**
 * Stands in for mongodb/lib/runtime_adapters in jest: the driver loads `os` by a dynamic import, which jest's module system
 * refuses without --experimental-vm-modules; the driver hides that and the server then says "Missing required sub-document 'driver'".
 */
const os = require('node:os');

exports.resolveRuntimeAdapters = async (options) => ({ os: options.runtimeAdapters?.os ?? os });
