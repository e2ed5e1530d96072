import type { Dispatcher } from 'undici';
import { TransportError } from '../errors.ts';

/**
 * A dispatcher whose requests ask once more when their first byte is about to go out: one that has waited for its
 * connection meanwhile is then older than the leave it was given. Rejects with `NotLeader`; such a request is never sent.
 */
export function fenced(dispatcher: Dispatcher, mayWrite: () => boolean): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => dispatch(options, guarded(handler, mayWrite)));
}

/** Throws where this process may not write now. */
export function assertWriter(mayWrite: () => boolean): void {
  if (!mayWrite()) throw new TransportError('NotLeader', 'not sent: this process may not write now');
}

/** What `onRequestStart` throws becomes the request's error, and its connection stays usable. */
function guarded(handler: Dispatcher.DispatchHandler, mayWrite: () => boolean): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller, context) => {
      assertWriter(mayWrite);
      handler.onRequestStart?.(controller, context);
    },
    onRequestUpgrade: (controller, ...rest) => handler.onRequestUpgrade?.(controller, ...rest),
    onResponseStart: (controller, ...rest) => handler.onResponseStart?.(controller, ...rest),
    onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
    onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
    onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
  };
}
