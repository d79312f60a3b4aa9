// What scripts in TypeScript know of the lock.
export function withLock<T>(lockPath: string, work: () => Promise<T>): Promise<T>;
