// The door of the room: what only Node can do.
export { type DispatchOptions, dispatchFetch } from "./dispatch.ts";
export { type GoogleTokenOptions, googleToken } from "./google-token.ts";
export {
  type Listening,
  type ListenOptions,
  listen,
  type SocketHandler,
  type SocketReply,
  type SocketRequest,
  type SocketSignal,
} from "./listen.ts";
export {
  type Arrival,
  BodyError,
  type Outlet,
  type ServeOptions,
  type Serving,
  serveHttp,
} from "./serve.ts";
export { nodeFetch } from "./transport.ts";
export { type SystemWorldOptions, systemWorld } from "./world.ts";
