-- The study database as Biowatch 1.9.5 has it after its last migration. Names and types are a contract with that app.
CREATE TABLE deployments (
  deploymentID text PRIMARY KEY NOT NULL,
  locationID text,
  locationName text,
  deploymentStart text,
  deploymentEnd text,
  latitude real,
  longitude real,
  cameraModel text,
  cameraID text,
  coordinateUncertainty integer
);
CREATE TABLE media (
  mediaID text PRIMARY KEY NOT NULL,
  deploymentID text REFERENCES deployments(deploymentID),
  timestamp text,
  filePath text,
  fileName text,
  importFolder text,
  folderName text,
  fileMediatype text DEFAULT 'image/jpeg',
  exifData text,
  favorite integer DEFAULT false
);
CREATE TABLE metadata (
  id text PRIMARY KEY NOT NULL,
  name text,
  title text,
  description text,
  created text NOT NULL,
  importerName text NOT NULL,
  contributors text,
  updatedAt text,
  startDate text,
  endDate text,
  sequenceGap integer
);
CREATE TABLE model_runs (
  id text PRIMARY KEY NOT NULL,
  modelID text NOT NULL,
  modelVersion text NOT NULL,
  startedAt text NOT NULL,
  status text DEFAULT 'running',
  importPath text,
  options text
);
CREATE TABLE model_outputs (
  id text PRIMARY KEY NOT NULL,
  mediaID text NOT NULL REFERENCES media(mediaID) ON DELETE CASCADE,
  runID text NOT NULL REFERENCES model_runs(id) ON DELETE CASCADE,
  rawOutput text
);
CREATE TABLE observations (
  observationID text PRIMARY KEY NOT NULL,
  mediaID text REFERENCES media(mediaID),
  deploymentID text REFERENCES deployments(deploymentID),
  eventID text,
  eventStart text,
  eventEnd text,
  scientificName text,
  observationType text,
  commonName text,
  classificationProbability real,
  count integer,
  lifeStage text,
  age text,
  sex text,
  behavior text,
  bboxX real,
  bboxY real,
  bboxWidth real,
  bboxHeight real,
  modelOutputID text REFERENCES model_outputs(id),
  classificationMethod text,
  classifiedBy text,
  classificationTimestamp text,
  detectionConfidence real
);
CREATE TABLE jobs (
  id text PRIMARY KEY NOT NULL,
  kind text NOT NULL,
  topic text,
  status text DEFAULT 'pending' NOT NULL,
  payload text NOT NULL,
  error text,
  attempts integer DEFAULT 0 NOT NULL,
  maxAttempts integer DEFAULT 3 NOT NULL,
  createdAt text NOT NULL,
  startedAt text,
  completedAt text
);
