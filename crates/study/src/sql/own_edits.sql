-- Edits of people, each of which can be taken back. Rows that have been changed stand in biowatch_corrections.
CREATE TABLE IF NOT EXISTS biowatch_edits (
  editID integer PRIMARY KEY,
  kind text NOT NULL,          -- 'say', 'correct', 'confirm', 'relabel', 'blank', 'favourite'
  editedBy text NOT NULL,
  editedAt integer NOT NULL,
  media integer NOT NULL,      -- how many it touched
  undone integer NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS biowatch_corrections_editID ON biowatch_corrections(editID);
