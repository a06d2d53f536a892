import { useAction } from '../../app/use-action.js';

/** Asks the provider now whether address and credential work. */
export const useCheck = () => useAction('connections.check', { invalidates: ['connections.health'] });
