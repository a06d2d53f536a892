import { Link, Outlet } from '@tanstack/react-router';
import { Button } from '../kit/button.js';
import { useHub } from './hub-context.js';
import { LiveChip } from './live-chip.js';
import { ThemeSwitch } from './theme-switch.js';
import { useMay, useMe } from './use-me.js';
import './shell.css';

const LINKS = [
  { to: '/models', label: 'Models', permission: 'catalog:read' },
  { to: '/deployments', label: 'Deployments', permission: 'deployment:read' },
  { to: '/routing', label: 'Routing', permission: 'routing:read' },
  { to: '/requests', label: 'Requests', permission: 'usage:read' },
  { to: '/playground', label: 'Playground', permission: 'gateway:call' },
  { to: '/connections', label: 'Connections', permission: 'connection:read' },
  { to: '/limits', label: 'Limits', permission: 'limit:read' },
  { to: '/keys', label: 'Keys', permission: 'key:read' },
  { to: '/audit', label: 'Audit', permission: 'audit:read' },
  { to: '/studio', label: 'Studio', permission: 'catalog:read' },
] as const;

/** Bar with the places one can go to, who one is, and the page below it. */
export function Shell() {
  const { session } = useHub();
  const { data: me } = useMe();
  const may = useMay();
  return (
    <div className="amh-shell">
      <a href="#main" className="amh-skip amh-button">
        Skip to the page
      </a>
      <header className="amh-bar">
        <span className="amh-brand">Model Hub</span>
        <nav aria-label="Main" className="amh-nav">
          {LINKS.filter((l) => may(l.permission)).map((l) => (
            <Link key={l.to} to={l.to} className="amh-nav-link" activeProps={{ 'aria-current': 'page' }}>
              {l.label}
            </Link>
          ))}
        </nav>
        <div className="amh-bar-end">
          <LiveChip />
          {me && (
            <span className="amh-small amh-muted amh-bar-who" title={me.tenant}>
              {me.tenantName} · {me.role}
            </span>
          )}
          {me && (
            <a href={me.links.docs} className="amh-link amh-small">
              API
            </a>
          )}
          <span className="amh-bar-theme">
            <ThemeSwitch />
          </span>
          <Button onClick={() => session.end()}>Sign out</Button>
        </div>
      </header>
      <main id="main" tabIndex={-1} className="amh-main">
        <Outlet />
      </main>
    </div>
  );
}
