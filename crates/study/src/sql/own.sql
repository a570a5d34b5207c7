-- What this program remembers beside Biowatch's tables. Biowatch never looks at them; dropping them all leaves a whole study.
-- Instants are milliseconds since 1970 in UTC unless the name says otherwise.

-- Which of these tables are there: one row, raised by each of our own migrations.
CREATE TABLE IF NOT EXISTS biowatch_schema (version integer NOT NULL);

-- A file as it was when it was last read.
CREATE TABLE IF NOT EXISTS biowatch_media (
  mediaID text PRIMARY KEY NOT NULL REFERENCES media(mediaID) ON DELETE CASCADE,
  contentHash blob,            -- SHA-256 of the whole file; NULL while it cannot be read
  fileSize integer,            -- bytes
  fileModified integer,        -- the file system's time of last change
  timestampSource text,        -- 'exif DateTimeOriginal', 'file name', ...; NULL without a time
  zoneSource text,             -- where the offset of media.timestamp comes from; NULL without one
  clockShift integer,          -- seconds that were added to the camera's clock
  refusedTimes text,           -- JSON list of times that were found and not believed
  latitude real, longitude real,
  cameraMake text, cameraModel text, cameraSerial text,
  temperature real,            -- degrees Celsius
  burstNumber integer, burstLength integer
);
CREATE INDEX IF NOT EXISTS biowatch_media_contentHash ON biowatch_media(contentHash);

-- Other paths at which the content of a medium was found.
CREATE TABLE IF NOT EXISTS biowatch_copies (
  filePath text PRIMARY KEY NOT NULL,
  mediaID text NOT NULL REFERENCES media(mediaID) ON DELETE CASCADE,
  fileSize integer,
  fileModified integer
);
CREATE INDEX IF NOT EXISTS biowatch_copies_mediaID ON biowatch_copies(mediaID);

-- The folder, of which import, that a deployment stands for.
CREATE TABLE IF NOT EXISTS biowatch_deployments (
  deploymentID text PRIMARY KEY NOT NULL REFERENCES deployments(deploymentID) ON DELETE CASCADE,
  importFolder text NOT NULL,
  folderName text NOT NULL,
  placeSource text,            -- 'deployments file' or 'exif'
  periodSource text,           -- 'deployments file', or NULL where start and end follow the media
  UNIQUE (importFolder, folderName)
);

-- Everything that rows of a run depend on, beyond what model_runs can hold.
CREATE TABLE IF NOT EXISTS biowatch_runs (
  runID text PRIMARY KEY NOT NULL REFERENCES model_runs(id) ON DELETE CASCADE,
  settings text NOT NULL,      -- JSON
  threshold real NOT NULL      -- least confidence of a box that becomes an observation of its own
);

-- Runs that were asked for: how to go on with one, and how it stands where Biowatch has no word for it.
CREATE TABLE IF NOT EXISTS biowatch_imports (
  runID text PRIMARY KEY NOT NULL REFERENCES model_runs(id) ON DELETE CASCADE,
  wish text NOT NULL,          -- JSON, in the words of whoever asked
  state text NOT NULL,         -- 'queued', 'running', 'stopped', 'paused', 'cancelled', 'failed' or 'completed'
  reason text,                 -- why it failed
  asked text,                  -- what whoever works on it is to do: 'pause' or 'cancel'
  queuedAt integer NOT NULL
);

-- Who works on a job, and until when nobody else may.
CREATE TABLE IF NOT EXISTS biowatch_jobs (
  jobID text PRIMARY KEY NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
  mediaID text NOT NULL REFERENCES media(mediaID) ON DELETE CASCADE,
  runID text NOT NULL REFERENCES model_runs(id) ON DELETE CASCADE,
  owner text,
  leaseUntil integer,
  notBefore integer NOT NULL DEFAULT 0,
  lostLeases integer NOT NULL DEFAULT 0,
  UNIQUE (runID, mediaID)
);
CREATE INDEX IF NOT EXISTS biowatch_jobs_owner ON biowatch_jobs(owner) WHERE owner IS NOT NULL;

-- Files that could not be predicted, or not even be named. One row a file and run.
CREATE TABLE IF NOT EXISTS biowatch_errors (
  errorID integer PRIMARY KEY,
  runID text NOT NULL REFERENCES model_runs(id) ON DELETE CASCADE,
  mediaID text REFERENCES media(mediaID) ON DELETE CASCADE,
  filePath text NOT NULL,
  reason text NOT NULL,
  attempts integer NOT NULL,
  createdAt integer NOT NULL,
  UNIQUE (runID, filePath)
);
CREATE INDEX IF NOT EXISTS biowatch_errors_mediaID ON biowatch_errors(mediaID);

-- What stood in an observation before a person changed it.
CREATE TABLE IF NOT EXISTS biowatch_corrections (
  correctionID integer PRIMARY KEY,
  mediaID text NOT NULL REFERENCES media(mediaID) ON DELETE CASCADE,
  observationID text NOT NULL,
  correctedBy text NOT NULL,
  correctedAt integer NOT NULL,
  before text,                 -- JSON object of the changed columns; NULL when the observation was new
  after text NOT NULL
);
CREATE INDEX IF NOT EXISTS biowatch_corrections_mediaID ON biowatch_corrections(mediaID);
