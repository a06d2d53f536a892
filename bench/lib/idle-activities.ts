import type { DeploymentActivities } from '#core/deployment/activities.js';
import type { DeploymentView } from '#core/deployment/schema.js';

/** The deployment workflow's activities, in memory, doing nothing; tells when the workflow has saved a view. */
export class IdleActivities implements DeploymentActivities {
  calls = 0;
  onView: (view: DeploymentView) => void = () => undefined;

  loadView = (): Promise<null> => this.done(null);
  saveView: DeploymentActivities['saveView'] = ({ view }) => {
    this.onView(view);
    return this.done(undefined);
  };
  publishRoute = () => this.done({ acknowledged: 1, live: 1 });
  validateRevision = () => this.done({ detail: '' });
  provisionRevision = () => this.done({ endpoints: [], detail: '' });
  warmRevision = () => this.done({ detail: '' });
  drainRevision = () => this.done({ detail: '' });

  private done<T>(result: T): Promise<T> {
    this.calls++;
    return Promise.resolve(result);
  }
}
