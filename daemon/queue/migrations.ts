/** The store's schema, step by step. A step that was released is never edited; the next one changes it. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    recipe TEXT NOT NULL,
    job_group TEXT NOT NULL,
    priority INTEGER NOT NULL,
    position REAL NOT NULL,
    after TEXT NOT NULL,
    out TEXT,
    created INTEGER NOT NULL,
    finished INTEGER,
    state TEXT NOT NULL,
    status TEXT NOT NULL,
    plan TEXT NOT NULL,
    progress TEXT,
    stalls INTEGER NOT NULL,
    branched_from TEXT
  ) STRICT;
  CREATE INDEX jobs_waiting ON jobs (priority DESC, position) WHERE finished IS NULL;
  CREATE INDEX jobs_finished ON jobs (finished DESC) WHERE finished IS NOT NULL;
  CREATE TABLE timeline (
    job TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
    number INTEGER NOT NULL,
    iteration INTEGER NOT NULL,
    changes TEXT NOT NULL,
    PRIMARY KEY (job, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE losses (
    job TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
    iteration INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    seconds REAL NOT NULL,
    total REAL NOT NULL,
    terms TEXT NOT NULL,
    PRIMARY KEY (job, iteration)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE checkpoints (
    job TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
    iteration INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    at INTEGER NOT NULL,
    loss REAL NOT NULL,
    picture TEXT NOT NULL,
    picture_bytes INTEGER NOT NULL,
    state TEXT,
    state_bytes INTEGER NOT NULL,
    progress TEXT NOT NULL,
    PRIMARY KEY (job, iteration)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `,
  // What a branch has of the job that it began as is no change of its own.
  `
  ALTER TABLE timeline ADD COLUMN inherited INTEGER NOT NULL DEFAULT 0;
  WITH branches AS (SELECT id, json_extract(branched_from, '$.iteration') AS begins FROM jobs WHERE branched_from IS NOT NULL)
  UPDATE timeline SET inherited = 1 WHERE number <= (
    SELECT min(number) FROM timeline AS marker, branches
    WHERE marker.job = timeline.job AND id = timeline.job AND marker.iteration = begins AND marker.changes = '{}');
  `,
  // How large the styles of jobs from before are is found when they run.
  `
  UPDATE jobs SET plan = json_set(plan, '$.styles', json('[]'));
  `,
  // When a person made a change: what follows at once is undone with it.
  `
  ALTER TABLE timeline ADD COLUMN at INTEGER;
  `,
  // Recipes may say whose colours a picture has: a program from before would make others.
  "",
];
