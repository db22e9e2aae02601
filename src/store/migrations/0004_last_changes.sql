-- The number of a contact's last change: of the last entry about it, or by which it was
-- absorbed, given back, or lost something to another contact; 0 if nothing is known of it. By
-- this, and not by the log, is found what changed since a number: entries are deleted.
ALTER TABLE contact ADD COLUMN last_change INTEGER NOT NULL DEFAULT 0;

WITH told (contact, seq) AS (
    SELECT contact, max(seq) FROM change WHERE contact IS NOT NULL GROUP BY contact
    UNION ALL
    SELECT absorbed, max(seq, coalesce(undone_seq, 0)) FROM merge
    UNION ALL
    SELECT other.id, change.seq
    FROM change
    JOIN contact AS other
         ON other.uuid = unhex(replace(change.diff ->> '$.taken_from', '-', ''))
    WHERE change.op = 'reassign'
)
UPDATE contact SET last_change = known.seq
FROM (SELECT contact, max(seq) AS seq FROM told GROUP BY contact) AS known
WHERE known.contact = contact.id;

-- Whose entries were deleted changed in the last of those at the latest.
UPDATE contact SET last_change = scope.changes_forgotten
FROM scope
WHERE scope.id = contact.scope AND last_change = 0;

-- A new contact is not in it until its entry of the log is written.
CREATE INDEX contact_by_last_change ON contact (last_change) WHERE last_change > 0;
CREATE INDEX contact_erased ON contact (last_change) WHERE erased_at IS NOT NULL;
