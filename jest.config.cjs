const swc = [
  '@swc/jest',
  {
    jsc: { parser: { syntax: 'typescript', tsx: true }, target: 'es2022', transform: { react: { runtime: 'automatic' } } },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];

/** CEL comes as an ES module; Node loads it by require(), Jest needs it translated. */
const swcModule = ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }];

const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: { '^.+\\.tsx?$': swc, '/@marcbachmann/cel-js/.+\\.js$': swcModule },
  transformIgnorePatterns: ['/node_modules/(?!@marcbachmann/cel-js/)'],
  moduleFileExtensions: ['ts', 'tsx', 'js', 'cjs', 'mjs', 'json', 'node'],
  // Tests run on the sources; only what runs in its own process uses dist/.
  moduleNameMapper: {
    '^\\./runtime_adapters$': '<rootDir>/test/support/mongodb-runtime.cjs',
    '^#([a-z-]+)/(.*)\\.js$': '<rootDir>/$1/$2',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/studio-plugin/dist/', '<rootDir>/.cache/', '<rootDir>/.modelhub/'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
};

module.exports = {
  // Two cores: more workers only make timings worse.
  maxWorkers: 2,
  projects: [
    {
      ...common,
      displayName: 'unit',
      // A test beside its source needs no server.
      testMatch: ['<rootDir>/{core,store,adapters,workflows,activities,gateway,worker,api,cli,scripts,studio-plugin/src}/**/*.test.ts?(x)'],
      testPathIgnorePatterns: [...common.testPathIgnorePatterns, '\\.int\\.test\\.ts$'],
    },
    {
      ...common,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/{store,adapters,activities,gateway,worker,api,cli,workflows}/**/*.int.test.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
      setupFilesAfterEnv: ['<rootDir>/test/support/timeouts.ts'],
    },
  ],
};
