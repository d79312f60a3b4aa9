// The door of the room: what only Node can do.
export {
  type Listening,
  type ListenOptions,
  listen,
  type SocketHandler,
  type SocketReply,
  type SocketRequest,
  type SocketSignal,
} from "./listen.ts";
export { nodeFetch } from "./transport.ts";
