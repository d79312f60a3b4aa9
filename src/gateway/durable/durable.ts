// The protocol's part of the gateway: its door, what expires, and its end.
import type { Clock } from "../../core/index.ts";
import type { Store } from "../../store/index.ts";
import type { Guest } from "../doors/door.ts";
import { durable } from "./door.ts";
import { Ears } from "./ear.ts";
import { Recorder } from "./recorder.ts";
import type { DurableSettings, Room } from "./room.ts";

export class Durable {
  private readonly room: Room;

  constructor(store: Store, clock: Clock, settings: DurableSettings, bodyBytesMax: number) {
    const recorder = new Recorder(store.tapes, clock, settings);
    this.room = { recorder, log: store.log, clock, settings, bodyBytesMax, ears: new Ears(clock) };
  }

  serve(guest: Guest): Promise<void> {
    return durable(this.room, guest);
  }

  async sweep(): Promise<void> {
    await this.room.recorder.sweep();
  }

  /** Those who wait are let go; they come back to whoever is there then. */
  drain(): void {
    this.room.ears.drain();
  }
}
