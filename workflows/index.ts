/** Every workflow, for the bundler; nobody else imports this. */
export { deployment } from './deployment.js';
