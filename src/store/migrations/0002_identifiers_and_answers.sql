-- What a contact lists lies together, and a key leads to its contact in one look-up: the
-- table is clustered by contact, and each of its indexes ends with the contact.
CREATE TABLE identifier_clustered (
    contact          INTEGER NOT NULL CONSTRAINT identifier_contact_exists REFERENCES contact (id),
    -- 1 phone, 2 email, 3 external id. No list after IN: SQLite would make a tree of it
    -- for each row that is written.
    kind             INTEGER NOT NULL CONSTRAINT identifier_kind_known CHECK (kind BETWEEN 1 AND 3),
    key              TEXT NOT NULL CONSTRAINT identifier_key_not_empty CHECK (key <> ''),
    scope            INTEGER NOT NULL CONSTRAINT identifier_scope_exists REFERENCES scope (id),
    -- Given once: the number of the change by which the contact joined the line, times
    -- 2^20 to leave room right behind it; the negative for one that was put to the front.
    place            INTEGER NOT NULL,
    holds            INTEGER NOT NULL CONSTRAINT identifier_holds_known CHECK (holds BETWEEN 0 AND 1),
    -- the order among the contact's own identifiers of this kind
    position         INTEGER NOT NULL,
    verified         INTEGER NOT NULL CONSTRAINT identifier_verified_known CHECK (verified BETWEEN 0 AND 1),
    -- what was typed, NULL where it is the key
    raw              TEXT,
    region           TEXT,
    -- the merges that brought the row, and its present place in line
    brought_by       INTEGER CONSTRAINT identifier_merge_exists REFERENCES merge (id),
    place_brought_by INTEGER CONSTRAINT identifier_place_merge_exists REFERENCES merge (id),
    CONSTRAINT identifier_listed_once PRIMARY KEY (contact, kind, key)
) STRICT, WITHOUT ROWID;

INSERT INTO identifier_clustered
    (contact, kind, key, scope, place, holds, position, verified, raw, region,
     brought_by, place_brought_by)
SELECT contact, kind, key, scope, place, holds, position, verified, raw, region,
       brought_by, place_brought_by
FROM identifier ORDER BY contact, kind, key;

DROP TABLE identifier;
ALTER TABLE identifier_clustered RENAME TO identifier;

-- A key has at most one holder.
CREATE UNIQUE INDEX identifier_one_holder ON identifier (scope, kind, key) WHERE holds = 1;
-- Who else stands in a key's line. Most lines are of one, and it holds the key.
CREATE UNIQUE INDEX identifier_waiting ON identifier (scope, kind, key, place) WHERE holds = 0;
-- A contact has at most one value for an external source.
CREATE UNIQUE INDEX identifier_one_value_per_source
    ON identifier (contact, substr(key, 1, instr(key, ':'))) WHERE kind = 3;

-- What was answered to requests that carried an idempotency key, for who asks again.
CREATE TABLE answer (
    scope       INTEGER NOT NULL CONSTRAINT answer_scope_exists REFERENCES scope (id),
    key         TEXT NOT NULL CONSTRAINT answer_key_not_empty CHECK (key <> ''),
    at          INTEGER NOT NULL,
    -- by which the same request is known again
    fingerprint BLOB NOT NULL CONSTRAINT answer_fingerprint_is_16_bytes CHECK (length(fingerprint) = 16),
    contact     INTEGER NOT NULL CONSTRAINT answer_contact_exists REFERENCES contact (id),
    outcome     TEXT NOT NULL CONSTRAINT answer_outcome_json CHECK (json_valid(outcome)),
    CONSTRAINT answer_primary_key PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX answer_by_age ON answer (at);
CREATE INDEX answer_by_contact ON answer (contact);
