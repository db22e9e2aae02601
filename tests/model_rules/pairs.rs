//! What is said of two contacts is kept for those two, and is true of whomever they lead to.

use super::undo::hold;

#[test]
#[rustfmt::skip]
fn marks_and_queued_pairs_follow_through_merges() {
    hold(&[
        ("A{P1} B{E1}; resolve P1 E1", "A{P1} B{(P1),E1} review A-B",
            "a conflict puts the pair on the queue"),
        ("A{P1} B{E1}; A B distinct; resolve P1 E1", "A{P1} B{(P1),E1} distinct A-B",
            "but not those that are marked as different people"),
        ("A{P1} B{E1} C{X1}; A B distinct; C absorbs A", "A→C B{E1} C{P1,X1} distinct B-C",
            "a mark is true of whoever the contact leads to"),
        ("A{P1} B{E1} C{X1}; resolve P1 E1; C absorbs A", "A→C B{(P1),E1} C{P1,X1} review B-C",
            "and so is a pair of the queue"),
        ("A{P1} B{E1} C{X1}; resolve P1 E1; B C distinct; C absorbs A",
            "A→C B{(P1),E1} C{P1,X1} distinct B-C",
            "which was decided if any of the family was"),
        ("A{P1} B{E1} C{X1}; A B distinct; C absorbs A; join P1 E1",
            "A→C B{(P1),E1} C{P1,X1} distinct B-C",
            "no rule merges what is marked"),
        ("A{P1} B{E1}; resolve P1 E1; A absorbs B", "A{P1,E1} B→A",
            "of one contact nothing is asked"),
    ]);
}

#[test]
#[rustfmt::skip]
fn an_undone_merge_gives_each_its_own_again() {
    hold(&[
        ("A{P1} B{E1} C{X1}; A B distinct; C absorbs A; undo CA",
            "A{P1} B{E1} C{X1} distinct A-B A-C",
            "the mark never left the contact for which it was made"),
        ("A{P1} B{E1} C{X1}; C absorbs A; B C distinct; undo CA",
            "A{P1} B{E1} C{X1} distinct A-C B-C",
            "one that was made of the survivor stays with it"),
        ("A{P1} B{E1} C{X1}; resolve P1 E1; C absorbs A; undo CA",
            "A{P1} B{(P1),E1} C{X1} distinct A-C review A-B",
            "and so does what somebody is to decide"),
        ("A{P1} B{E1} C{X1}; resolve P1 E1; C absorbs A; B C later; undo CA",
            "A{P1} B{(P1),E1} C{X1} distinct A-C review A-B",
            "what was decided of the survivor was not decided of the other"),
        ("A{P1} B{E1}; resolve P1 E1; A absorbs B; undo AB", "A{P1} B{(P1),E1} distinct A-B",
            "who was parted is not asked about again"),
        ("A{P1} B{E1} C{X1}; C absorbs A; C absorbs B; undo CA",
            "A{P1} B→C C{E1,X1} distinct A-C",
            "the mark is between the two of the merge, and true of their families"),
        ("A{P1} B{E1} C{X1}; C absorbs A; C absorbs B; undo CA; undo CB",
            "A{P1} B{E1} C{X1} distinct A-C B-C",
            "A and B were never merged, so nothing is said of them"),
    ]);
}

#[test]
#[rustfmt::skip]
fn what_is_decided_does_not_come_back() {
    hold(&[
        ("A{P1} B{E1}; resolve P1 E1; A B later; resolve P1 E1", "A{P1} B{(P1),E1}",
            "a pair that was put off"),
        ("A{P1} B{E1}; resolve P1 E1; A B distinct; A B lifted", "A{P1} B{(P1),E1}",
            "a lifted mark alone is no reason to ask"),
        ("A{P1} B{E1}; resolve P1 E1; A B distinct; A B lifted; resolve P1 E1",
            "A{P1} B{(P1),E1} review A-B",
            "but a later conflict is"),
        ("A{P1} B{E1}; A absorbs B; undo AB; A B lifted; join P1 E1", "A→B B{P1,E1}",
            "the mark of an undone merge can be lifted as well"),
        ("A{P1} B{E1} C{X1}; A B distinct; C absorbs A; C B lifted; undo CA",
            "A{P1} B{E1} C{X1} distinct A-C",
            "lifting it between two lifts all that is between their families"),
        ("A{P1} B{E1}; resolve P1 E1; A deleted", "†A{(P1)} B{P1,E1}",
            "nobody decides about a deleted contact"),
        ("A{P1} B{E1}; resolve P1 E1; A deleted; A restored reports P1→B",
            "A{(P1)} B{P1,E1} review A-B",
            "until it is restored"),
        ("A{P1} B{E1}; A B distinct; A erased", "B{E1}",
            "nothing is said of what was erased"),
    ]);
}
