//! Edits, deletions, reassigned and blocked keys, as the rules have them.

use super::undo::hold;

#[test]
#[rustfmt::skip]
fn keys_are_added_removed_and_preferred() {
    hold(&[
        ("A{P1} B{E1}; B lists P1", "A{P1} B{(P1),E1} review A-B",
            "who newly lists a key joins the end of its line"),
        ("A{P1} B{E1}; B lists P1; A drops P1", "A{} B{P1,E1} review A-B",
            "when the holder drops it, the next one holds"),
        ("A{P1}; A lists P2; A prefers P2", "A{P2,P1}",
            "which one is the primary one is the contact's own affair"),
        ("A{P1} B{P1}; B prefers P1", "A{P1} B{(P1)} review A-B",
            "and changes no line"),
        ("A{P1} B{P2}; P1 goes to B", "A{(P1)} B{P2,P1}",
            "a number that got a new owner"),
        ("A{X1} B{P1}; X1 goes to B", "A{} B{P1,X1}",
            "an external id is taken from its holder"),
        ("A{P1}; P1 blocked; resolve P1 E1", "A{(P1)} B{(P1),E1}",
            "a blocked key is listed and not held"),
        ("A{P1}; P1 blocked; resolve P1 E1; P1 unblocked", "A{P1} B{(P1),E1}",
            "lifting the block gives it back to the first in line"),
    ]);
}

#[test]
#[rustfmt::skip]
fn contacts_go_and_come_back() {
    hold(&[
        ("A{P1} B{P1}; A deleted", "†A{(P1)} B{P1}",
            "a tombstone holds nothing"),
        ("A{P1} B{E1}; A deleted; A restored", "A{P1} B{E1}",
            "and keeps its places"),
        ("A{P1} B{P1}; A deleted; A restored reports P1→B", "A{(P1)} B{P1} review A-B",
            "but what another holds meanwhile stays with that one"),
        ("A{X1}; A deleted; resolve X1; A restored reports X1→B", "A{} B{X1}",
            "an external id has no line to come back to"),
        ("A{P1} B{P1}; A absorbs B; A deleted; resolve P1; A restored reports P1→C; undo AB",
            "A{(P1)} B{(P1)} C{P1} distinct A-B",
            "of what the parted one never held nothing is reported"),
        ("A{P1} B{P1} C{E1}; A absorbs C; A erased", "B{P1}",
            "an erased contact is gone with all that it absorbed, and the next one holds"),
        ("A{P1} B{E1}; A absorbs B; undo AB; A erased", "B{E1}",
            "what was parted from it before is not"),
    ]);
}
