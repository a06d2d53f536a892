import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { takeFocusRequest } from './page-focus.js';
import './page.css';

export interface Crumb {
  label: string;
  to?: string;
}
/** Frame of every page: breadcrumb and scope, title with status, actions on the right, then what the page shows. */
export function Page(props: {
  title: string;
  crumbs?: readonly Crumb[];
  scope?: string;
  status?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${props.title} · Model Hub`;
  }, [props.title]);
  useEffect(() => {
    // after a navigation the heading takes the focus, so that a screen reader says where one is
    if (takeFocusRequest()) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <header className="amh-page-head">
        {(props.crumbs || props.scope !== undefined) && (
          <div className="amh-row amh-page-where amh-small amh-muted">
            {props.crumbs && (
              <nav aria-label="Breadcrumb">
                <ol className="amh-list amh-crumbs">
                  {props.crumbs.map((c) => (
                    <li key={c.label} className="amh-crumb">
                      {c.to === undefined ? (
                        c.label
                      ) : (
                        <Link to={c.to} className="amh-link">
                          {c.label}
                        </Link>
                      )}
                    </li>
                  ))}
                </ol>
              </nav>
            )}
            {props.scope !== undefined && <span className="amh-page-scope">{props.scope}</span>}
          </div>
        )}
        <div className="amh-row amh-row-apart amh-page-title-row">
          <div className="amh-row amh-page-title-box">
            <h1 ref={heading} tabIndex={-1} className="amh-h1">
              {props.title}
            </h1>
            {props.status}
          </div>
          {props.actions}
        </div>
      </header>
      {props.children}
    </>
  );
}
