// Certificates made on the spot: a few fields of X.509 written as DER, signed with a fresh key.
import { createSign, generateKeyPairSync, type KeyObject } from "node:crypto";

interface Made {
  key: string;
  cert: string;
  pair: { privateKey: KeyObject; publicKey: KeyObject };
  name: string;
}

interface CertificateOptions {
  name: string;
  from?: Date;
  to?: Date;
  /** Who signs; itself when nobody is given. */
  by?: Made;
}

const DAY_MS = 86_400_000;
const EC_SHA256 = sequence(oid([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));

export function makeCertificate(options: CertificateOptions): Made {
  const { name, by } = options;
  const from = options.from ?? new Date(Date.now() - DAY_MS);
  const to = options.to ?? new Date(Date.now() + 365 * DAY_MS);
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.of(2))),
    tagged(0x02, Buffer.of(1 + Math.floor(Math.random() * 100))),
    EC_SHA256,
    nameOf(by?.name ?? name),
    sequence(time(from), time(to)),
    nameOf(name),
    pair.publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = createSign("sha256")
    .update(body)
    .sign((by?.pair ?? pair).privateKey);
  const whole = sequence(body, EC_SHA256, tagged(0x03, Buffer.concat([Buffer.of(0), signature])));
  return {
    key: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${whole.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`,
    pair,
    name,
  };
}

function tagged(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function sequence(...parts: Uint8Array[]): Buffer {
  return tagged(0x30, ...parts);
}

function oid(bytes: number[]): Buffer {
  return tagged(0x06, Buffer.from(bytes));
}

function nameOf(name: string): Buffer {
  const common = sequence(oid([0x55, 0x04, 0x03]), tagged(0x0c, Buffer.from(name)));
  return sequence(tagged(0x31, common));
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, "").slice(0, 14);
  return tagged(0x18, Buffer.from(`${digits}Z`));
}
