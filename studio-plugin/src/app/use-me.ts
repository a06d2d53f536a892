import type { Permission } from '#core/identity/permissions.js';
import { useCall } from './use-call.js';

export const useMe = () => useCall('me.get', {}, { staleTime: 60_000 });

/** Whether the key may do it; true while unknown, because the server decides anyway. */
export function useMay(): (permission: Permission) => boolean {
  const { data } = useMe();
  return (permission) => data === undefined || data.permissions.includes(permission);
}
/** Why a button is blocked for lack of permission, or undefined. */
export function useForbidden(): (permission: Permission) => string | undefined {
  const { data } = useMe();
  const may = useMay();
  return (permission) => (may(permission) ? undefined : `Your key (role ${data?.role ?? 'unknown'}) lacks the permission ${permission}.`);
}
