// What the checks may look at: the machine, the network, the project. The real one lives beside the
// sockets; tests bring their own.

/** The certificate that the other side showed. */
export interface Peer {
  issuer: string;
  subject: string;
  validFrom: Date;
  validTo: Date;
  trusted: boolean;
  /** OpenSSL's word for what is wrong with it. */
  reason?: string;
  selfSigned: boolean;
}

/** A place that can be connected to. */
export interface Hop {
  host: string;
  port: number;
}

/** The machine, as far as the checks may see and use it. */
export interface World {
  env: Readonly<Record<string, string | undefined>>;
  versions: { node: string; pollux: string; platform: string };
  /** Monotonic milliseconds. */
  now(): number;
  date(): Date;
  setTimer(fn: () => void, ms: number): () => void;
  /** A file of the project, or nothing. */
  file(name: string): Promise<string | undefined>;
  /** Files, beside the environment, in which this secret stands. */
  placesOf(secret: string): Promise<string[]>;
  lookup(host: string, family: 4 | 6): Promise<string[]>;
  connect(hop: Hop, signal: AbortSignal): Promise<void>;
  /** The status with which a proxy answers CONNECT. */
  tunnel(proxy: string, to: Hop, signal: AbortSignal): Promise<number>;
  /** The certificate that is shown, trusted or not. */
  handshake(to: Hop, proxy: string | undefined, signal: AbortSignal): Promise<Peer>;
  /** A `fetch` that goes through this proxy, or through none; it follows no redirect. */
  fetchVia(proxy: string | undefined): typeof globalThis.fetch;
  /** An access token from Application Default Credentials; it throws where there are none. */
  token?(): Promise<string | undefined>;
  /** A `fetch` to a simulator, for what must not spend anything. */
  simulated?: typeof globalThis.fetch;
  /** Cut an answer of the simulator at several points and mend it. */
  recover?(): Promise<{ cuts: number; exact: number }>;
}
