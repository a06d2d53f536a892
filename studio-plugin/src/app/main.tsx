import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../kit/tokens.css';
import '../kit/layout.css';
import { PortalProvider } from '../kit/portal.js';
import { Toasts } from '../kit/toasts.js';
import { createHub } from './hub.js';
import { HubProvider } from './hub-context.js';
import { createHubRouter } from './router.js';
import { applyTheme, currentTheme } from './theme.js';

applyTheme(document.body, currentTheme());
const hub = createHub();
const router = createHubRouter(hub);
document.addEventListener('visibilitychange', () => (document.hidden ? hub.live.pause() : hub.live.resume()));

const app = document.getElementById('app');
if (app)
  createRoot(app).render(
    <StrictMode>
      <HubProvider hub={hub}>
        <QueryClientProvider client={hub.queries}>
          <PortalProvider container={document.body}>
            <Toasts>
              <RouterProvider router={router} />
            </Toasts>
          </PortalProvider>
        </QueryClientProvider>
      </HubProvider>
    </StrictMode>,
  );
