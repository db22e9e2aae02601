//! The rules that a query can break.

/// Whether somebody live stands before a listing in its line. Two look-ups, because the
/// holder and those who wait have an index each.
macro_rules! somebody_live_before {
    ($listing:literal) => {
        concat!(
            "(EXISTS (SELECT 1 FROM identifier AS before
                      JOIN contact AS other ON other.id = before.contact
                      WHERE before.holds = 1 AND before.scope = ",
            $listing,
            ".scope
                        AND before.kind = ",
            $listing,
            ".kind AND before.key = ",
            $listing,
            ".key
                        AND before.place < ",
            $listing,
            ".place AND other.state = 0)
              OR EXISTS (SELECT 1 FROM identifier AS before
                         JOIN contact AS other ON other.id = before.contact
                         WHERE before.holds = 0 AND before.scope = ",
            $listing,
            ".scope
                           AND before.kind = ",
            $listing,
            ".kind AND before.key = ",
            $listing,
            ".key
                           AND before.place < ",
            $listing,
            ".place AND other.state = 0))"
        )
    };
}
pub(super) use somebody_live_before;

/// A listing by its place among its contact's own, because what is wrong is said without
/// saying what somebody typed.
macro_rules! listing {
    ($listing:literal) => {
        concat!(
            "CASE ",
            $listing,
            ".kind WHEN 1 THEN 'phone ' WHEN 2 THEN 'email '
                 ELSE 'external id ' END || ",
            $listing,
            ".position"
        )
    };
}
pub(super) use listing;

/// Rules that a query can break: what it is called, what is said, and the query, whose
/// rows are the broken places as (contact's uuid, what).
pub(super) const RULES: &[(&str, &str, &str)] = &[
    (
        "holder",
        "an unblocked line whose first live contact does not hold the key",
        concat!(
            "SELECT contact.uuid, ",
            listing!("first"),
            " FROM identifier AS first JOIN contact ON contact.id = first.contact
         WHERE contact.state = 0 AND first.holds = 0
           AND NOT EXISTS (SELECT 1 FROM blocked_key AS blocked
                           WHERE blocked.scope = first.scope AND blocked.kind = first.kind
                             AND blocked.key = first.key)
           AND NOT ",
            somebody_live_before!("first")
        ),
    ),
    (
        "holder",
        "a key held by a contact that is deleted, absorbed, or behind another in line",
        concat!(
            "SELECT contact.uuid, ",
            listing!("held"),
            " FROM identifier AS held JOIN contact ON contact.id = held.contact
         WHERE held.holds = 1
           AND (contact.state <> 0
                OR ",
            somebody_live_before!("held"),
            ")"
        ),
    ),
    (
        "holder",
        "a blocked key that is held",
        concat!(
            "SELECT contact.uuid, ",
            listing!("held"),
            " FROM identifier AS held JOIN contact ON contact.id = held.contact
         JOIN blocked_key AS blocked ON blocked.scope = held.scope
              AND blocked.kind = held.kind AND blocked.key = held.key
         WHERE held.holds = 1",
        ),
    ),
    (
        "line",
        "two contacts at one place in a line",
        concat!(
            "SELECT contact.uuid, ",
            listing!("waiting"),
            " FROM identifier AS waiting JOIN contact ON contact.id = waiting.contact
             JOIN identifier AS held ON held.holds = 1 AND held.scope = waiting.scope
                  AND held.kind = waiting.kind AND held.key = waiting.key
             WHERE waiting.holds = 0 AND held.place = waiting.place"
        ),
    ),
    (
        "external id",
        "an external id that two live contacts list",
        concat!(
            "SELECT contact.uuid, ",
            listing!("second"),
            " FROM identifier AS second JOIN contact ON contact.id = second.contact
         WHERE second.kind = 3 AND contact.state = 0
           AND ",
            somebody_live_before!("second")
        ),
    ),
    (
        "scope",
        "an identifier in another scope than its contact",
        concat!(
            "SELECT contact.uuid, ",
            listing!("identifier"),
            " FROM identifier JOIN contact ON contact.id = identifier.contact
         WHERE identifier.scope <> contact.scope",
        ),
    ),
    (
        "scope",
        "a change, merge, review pair or answer in another scope than its contact",
        "SELECT contact.uuid, 'change ' || change.seq
         FROM change JOIN contact ON contact.id = change.contact
         WHERE change.scope <> contact.scope
         UNION ALL
         SELECT contact.uuid, 'merge ' || merge.id
         FROM merge JOIN contact ON contact.id IN (merge.survivor, merge.absorbed)
         WHERE merge.scope <> contact.scope
         UNION ALL
         SELECT contact.uuid, 'review pair ' || one || '-' || other
         FROM review_pair JOIN contact ON contact.id IN (one, other)
         WHERE review_pair.scope <> contact.scope
         UNION ALL
         SELECT contact.uuid, 'answer of ' || answer.at
         FROM answer JOIN contact ON contact.id = answer.contact
         WHERE answer.scope <> contact.scope",
    ),
    (
        "answer",
        "a kept answer that names another contact than the one it is kept with",
        "SELECT contact.uuid, 'answer of ' || answer.at
         FROM answer JOIN contact ON contact.id = answer.contact
         WHERE replace(answer.outcome ->> '$.contact.id', '-', '') IS NOT lower(hex(contact.uuid))",
    ),
    (
        "merge",
        "an absorbed contact that lists something",
        concat!(
            "SELECT contact.uuid, ",
            listing!("identifier"),
            " FROM identifier JOIN contact ON contact.id = identifier.contact
         WHERE contact.state = 2",
        ),
    ),
    (
        "merge",
        "an absorbed contact that leads nowhere",
        "WITH RECURSIVE path (start, id) AS (
             SELECT id, survivor FROM contact WHERE state = 2
             UNION
             SELECT path.start, contact.survivor
             FROM path JOIN contact ON contact.id = path.id
             WHERE contact.survivor IS NOT NULL
         )
         SELECT uuid, 'contact ' || id FROM contact AS stub
         WHERE state = 2
           AND NOT EXISTS (SELECT 1 FROM path JOIN contact AS end ON end.id = path.id
                           WHERE path.start = stub.id AND end.state <> 2)",
    ),
    (
        "merge",
        "an absorbed contact without an entry in the ledger",
        "SELECT uuid, 'contact ' || id FROM contact
         WHERE state = 2
           AND NOT EXISTS (SELECT 1 FROM merge
                           WHERE merge.absorbed = contact.id AND undone_at IS NULL)",
    ),
    (
        "merge",
        "an absorbed contact that leads into another scope",
        "SELECT stub.uuid, 'contact ' || stub.id
         FROM contact AS stub JOIN contact AS survivor ON survivor.id = stub.survivor
         WHERE stub.scope <> survivor.scope",
    ),
    (
        "scope",
        "a distinct mark across two scopes",
        "SELECT first.uuid, 'distinct mark ' || one || '-' || other
         FROM distinct_mark JOIN contact AS first ON first.id = one
         JOIN contact AS second ON second.id = other
         WHERE first.scope <> second.scope",
    ),
    (
        "log",
        "a contact whose creation is not in the change log",
        // Contacts are created, and entries deleted, from the oldest on: where the log was
        // cut, only those before the first creation that is left may lack theirs.
        "SELECT uuid, 'contact ' || id FROM contact
         WHERE erased_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM change
                           WHERE change.contact = contact.id AND change.op = 'create')
           AND (NOT EXISTS (SELECT 1 FROM scope WHERE changes_forgotten > 0)
                OR id > (SELECT min(contact) FROM change WHERE op = 'create'))",
    ),
    (
        "log",
        "a contact whose last change is another one than the log and the ledger say",
        // Where entries were deleted, because the log was cut or because somebody was erased,
        // it may be a later one than they know, but not later than that.
        "WITH told (contact, seq) AS (
             SELECT contact, max(seq) FROM change WHERE contact IS NOT NULL GROUP BY contact
             UNION ALL
             SELECT absorbed, max(seq, coalesce(undone_seq, 0)) FROM merge
             UNION ALL
             SELECT other.id, change.seq
             FROM change
             JOIN contact AS other
                  ON other.uuid = unhex(replace(change.diff ->> '$.taken_from', '-', ''))
             WHERE change.op = 'reassign'
         ),
         known (contact, seq) AS (SELECT contact, max(seq) FROM told GROUP BY contact)
         SELECT uuid, 'contact ' || contact.id
         FROM contact JOIN scope ON scope.id = contact.scope
         LEFT JOIN known ON known.contact = contact.id
         WHERE last_change <> coalesce(known.seq, 0)
           AND (last_change < known.seq
                OR last_change > max(
                    scope.changes_forgotten,
                    coalesce((SELECT max(erased.last_change) FROM contact AS erased
                              WHERE erased.erased_at IS NOT NULL AND erased.id <> contact.id
                                AND erased.scope = contact.scope), 0)))",
    ),
    (
        "erased",
        "an erased contact of which something is left",
        "SELECT uuid, 'contact ' || id FROM contact
         WHERE erased_at IS NOT NULL
           AND (coalesce(full_name, given_name, family_name, company, metadata, custom_fields,
                         tags) IS NOT NULL
                OR EXISTS (SELECT 1 FROM identifier WHERE identifier.contact = contact.id)
                OR EXISTS (SELECT 1 FROM merge WHERE contact.id IN (survivor, absorbed))
                OR EXISTS (SELECT 1 FROM change
                           WHERE change.contact = contact.id AND op <> 'erase'))",
    ),
    (
        "erased",
        "a note, task or memory of an erased contact",
        "SELECT contact.uuid, 'note ' || note.id
         FROM note JOIN contact ON contact.id = note.contact WHERE erased_at IS NOT NULL
         UNION ALL
         SELECT contact.uuid, 'task ' || task.id
         FROM task JOIN contact ON contact.id = task.contact WHERE erased_at IS NOT NULL
         UNION ALL
         SELECT contact.uuid, 'memory ' || memory.id
         FROM memory JOIN contact ON contact.id = memory.contact WHERE erased_at IS NOT NULL",
    ),
    (
        "memory",
        "a memory whose facts are no object, or one of whose lists is none",
        "SELECT contact.uuid, 'memory ' || memory.id
         FROM memory JOIN contact ON contact.id = memory.contact
         WHERE ifnull(json_type(facts), 'object') <> 'object'
            OR EXISTS (SELECT 1 FROM (SELECT open_items AS list UNION ALL SELECT recent_messages
                                      UNION ALL SELECT entities UNION ALL SELECT history)
                       WHERE ifnull(json_type(list), 'array') <> 'array')",
    ),
    (
        "custom field",
        "a definition whose options are no list of texts",
        "SELECT NULL, 'definition ' || id FROM custom_field
         WHERE ifnull(json_type(options), 'array') <> 'array'
            OR EXISTS (SELECT 1 FROM json_each(options) WHERE type <> 'text')",
    ),
];
