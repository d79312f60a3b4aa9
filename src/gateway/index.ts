// The gateway's door.
export {};
