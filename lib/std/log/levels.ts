/** The levels of importance. */
export const LogLevels = { NOTSET: 0, DEBUG: 10, INFO: 20, WARN: 30, ERROR: 40, CRITICAL: 50 } as const;

/** A level as a number. */
export type LogLevel = typeof LogLevels[LevelName];

/** A level by its name. */
export type LevelName = keyof typeof LogLevels;

/** The names of the levels, the least important first. */
export const LogLevelNames: LevelName[] = Object.keys(LogLevels) as LevelName[];

/** The number of a level. @throws {Error} if there is none of that name */
export function getLevelByName(name: LevelName): LogLevel {
  const level = LogLevels[name];
  if (level === undefined) throw new Error(`Cannot get log level: no level named ${name}`);
  return level;
}

/** The name of a level. @throws {Error} if there is none of that number */
export function getLevelName(level: LogLevel): LevelName {
  const found = LogLevelNames.find((name) => LogLevels[name] === level);
  if (found === undefined) throw new Error(`Cannot get log level: no name for level: ${level}`);
  return found;
}
