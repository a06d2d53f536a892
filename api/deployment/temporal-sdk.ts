/** The SDK's names from its two packages, at one place. */
export {
  Client,
  Connection,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
export { ApplicationFailure, defineSearchAttributeKey, WorkflowNotFoundError } from '@temporalio/common';
