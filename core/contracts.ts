import { catalogContracts } from '#core/catalog/contract.js';
import { connectionContracts } from '#core/connection/contract.js';
import { deploymentContracts } from '#core/deployment/contract.js';
import { identityContracts } from '#core/identity/contract.js';
import { limitContracts } from '#core/limit/contract.js';
import { usageContracts } from '#core/metric/contract.js';
import { payloadContracts } from '#core/payload/contract.js';
import { routingContracts } from '#core/routing/contract.js';

/** Every operation of the API. The live stream (`GET /api/v1/live`) is described in core/shared/live.ts. */
export const contracts = {
  ...catalogContracts,
  ...connectionContracts,
  ...deploymentContracts,
  ...identityContracts,
  ...limitContracts,
  ...payloadContracts,
  ...routingContracts,
  ...usageContracts,
};
export type Contracts = typeof contracts;
export type ContractId = keyof Contracts;
