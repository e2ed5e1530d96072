/** Where the operator lives. */
export const NAMESPACE = 'parapet-system';
/** The ServiceAccount it runs as, and the ClusterRole that says what it may do. */
export const NAME = 'parapet';
/** On everything that installs Parapet. */
export const LABELS = { 'app.kubernetes.io/name': 'parapet', 'app.kubernetes.io/part-of': 'parapet' };
