//! "Undoing a merge gives the state that would be if that merge had not been made and everything else that
//! happened had happened."

use super::tale::Tale;

/// What happened, what stands then, and why.
type Row = (&'static str, &'static str, &'static str);

pub fn hold(rows: &[Row]) {
    for (happened, stands, why) in rows {
        assert_eq!(Tale::of(happened).stands(), *stands, "{happened}: {why}");
    }
}

#[test]
fn what_a_merge_gives() {
    hold(&[
        (
            "A{P1} B{P2,E1}; A absorbs B",
            "A{P1,P2,E1} B→A",
            "the survivor gains the identifiers, behind its own",
        ),
        (
            "A{P1} B{P1,E1}; B absorbs A",
            "A→B B{P1,E1}",
            "each at the smaller of their two places in line",
        ),
        (
            "A{E1,n1} B{P1,n2,c2}; A absorbs B",
            "A{P1,E1,n1,c2} B→A",
            "its own values stay, and what it has empty is filled",
        ),
        (
            "A{E1,c1} B{P1,c2}; A absorbs B by length",
            "A{P1,E1,c2} B→A",
            "another rule can be chosen for a field",
        ),
        (
            "A{E1,c2} B{P1,c2}; A absorbs B by length",
            "A{P1,E1,c2} B→A",
            "of two as long the survivor's stays",
        ),
        (
            "A{E1,c1} B{P1}; A absorbs B by length",
            "A{P1,E1,c1} B→A",
            "nothing never beats something",
        ),
        (
            "A{E1,t1,t2} B{P1,t2,t3}; A absorbs B",
            "A{P1,E1,t1,t2,t3} B→A",
            "tags are united, each once",
        ),
        (
            "A{E1,k11} B{P1,k12,k22}; A absorbs B",
            "A{P1,E1,k11,k22} B→A",
            "metadata keys that it lacks are added",
        ),
        (
            "A{P1} B{E1} C{X1}; A absorbs B; C absorbs A",
            "A→C B→A C{P1,E1,X1}",
            "an id leads to the survivor through any number of merges",
        ),
        (
            "A{P1} B{E1}; A B distinct; A absorbs B",
            "A{P1,E1} B→A",
            "a merge that is called for lifts the mark",
        ),
    ]);
}

#[test]
fn merge_and_unmerge_together_change_nothing() {
    hold(&[
        (
            "A{P1,n1,t1} B{E1,c1,t2,k11}; A absorbs B; undo AB",
            "A{P1,n1,t1} B{E1,c1,t2,k11} distinct A-B",
            "both contacts stand as before the merge, but for the mark",
        ),
        (
            "A{P1} B{P1}; B absorbs A; undo BA",
            "A{P1} B{(P1)} distinct A-B",
            "of the two places in line each gets its own back",
        ),
        (
            "A{P1} B{P1}; A B distinct; A absorbs B; undo AB",
            "A{P1} B{(P1)} distinct A-B",
            "the mark that the merge lifted is there again",
        ),
        (
            "A{X1} B{Y1}; A absorbs B; undo AB",
            "A{X1} B{Y1} distinct A-B",
            "external ids go back to whom they belong",
        ),
        (
            "A{P1,P2} B{P3}; A absorbs B; A prefers P3; undo AB",
            "A{P1,P2} B{P3} distinct A-B",
            "what the order of its own was does not concern the other",
        ),
        (
            "A{E1,c1} B{P1,c2}; A absorbs B by length; undo AB",
            "A{E1,c1} B{P1,c2} distinct A-B",
            "what another rule put aside comes back",
        ),
    ]);
}

#[test]
fn what_happened_since_stays() {
    hold(&[
        (
            "A{P1} B{E1,c1}; A absorbs B; A is c2; undo AB",
            "A{P1,c2} B{E1,c1} distinct A-B",
            "a field filled by the merge and edited since: the survivor keeps the edit, the other has its own",
        ),
        (
            "A{P1} B{E1,n1}; A absorbs B; A is n-; undo AB",
            "A{P1} B{E1,n1} distinct A-B",
            "clearing is an edit as well",
        ),
        (
            "A{P1} B{E1,c1}; A absorbs B; A is c1; undo AB",
            "A{P1} B{E1,c1} distinct A-B",
            "writing the same again is no edit",
        ),
        (
            "A{P1} B{E1,c1}; A absorbs B; resolve P1 c2; undo AB",
            "A{P1} B{E1,c1} distinct A-B",
            "nor is filling what is filled",
        ),
        (
            "A{P1} B{E1,t1}; A absorbs B; A is t1; A is t2; undo AB",
            "A{P1,t2} B{E1,t1} distinct A-B",
            "a tag that was there already was not added",
        ),
        (
            "A{P1} B{E1,t1}; A absorbs B; A is not t1; A is t1; undo AB",
            "A{P1,t1} B{E1,t1} distinct A-B",
            "removed and added again is the survivor's own",
        ),
        (
            "A{P1,t1} B{E1,t1,t2}; A absorbs B; A is not t1; undo AB",
            "A{P1} B{E1,t1,t2} distinct A-B",
            "what was removed from the survivor stays removed there",
        ),
        (
            "A{P1} B{E1,k11}; A absorbs B; A is k12; A is k23; undo AB",
            "A{P1,k12,k23} B{E1,k11} distinct A-B",
            "metadata key by key",
        ),
        (
            "A{P1} B{E1}; A absorbs B; A lists P2; undo AB",
            "A{P1,P2} B{E1} distinct A-B",
            "an identifier added to the survivor stays there",
        ),
        (
            "A{P1} B{E1}; A absorbs B; resolve P2 E1; undo AB",
            "A{P1,P2} B{E1} distinct A-B",
            "also if it came by a key of the other",
        ),
    ]);
}

#[test]
fn keys_removed_and_reassigned_since() {
    hold(&[
        (
            "A{P1} B{E1}; A absorbs B; A drops E1; undo AB",
            "A{P1} B{E1} distinct A-B",
            "an identifier that moved and was then removed from the survivor stays removed there and goes back",
        ),
        (
            "A{P1} B{P1,E1}; A absorbs B; A drops P1; undo AB",
            "A{} B{P1,E1} distinct A-B",
            "also one that both listed",
        ),
        (
            "A{P1} B{E1}; A absorbs B; A drops E1; A lists E1; undo AB reports E1→A",
            "A{P1,E1} B{(E1)} distinct A-B",
            "removed and listed again it is the survivor's own, and the old place is lost",
        ),
        (
            "A{P1} B{E1} D{P2}; A absorbs B; E1 goes to D; undo AB reports E1→D",
            "A{P1} B{(E1)} D{P2,E1} distinct A-B",
            "one reassigned meanwhile: B lists it, D holds it",
        ),
        (
            "A{P1} B{E1}; A absorbs B; A drops E1; resolve E1; undo AB reports E1→C",
            "A{P1} B{(E1)} C{E1} distinct A-B",
            "who took it when it was free holds it, and B is right behind",
        ),
        (
            "A{P1} B{E1} D{P2,E1}; A absorbs B; A drops E1; undo AB reports E1→D",
            "A{P1} B{(E1)} D{P2,E1} distinct A-B review B-D",
            "so does the next in line",
        ),
        (
            "A{P1} B{E1}; A absorbs B; A deleted; resolve E1; undo AB reports E1→C",
            "†A{(P1)} B{(E1)} C{E1} distinct A-B",
            "and who took it when the survivor was deleted",
        ),
        (
            "A{P1} B{X1}; A absorbs B; A drops X1; resolve X1; undo AB reports X1→C",
            "A{P1} B{} C{X1} distinct A-B",
            "an external id that somebody else took is not given back but reported",
        ),
        (
            "A{P1} B{X1}; A absorbs B; A drops X1; X1 goes to A; undo AB reports X1→A",
            "A{P1,X1} B{} distinct A-B",
            "nor is one that was the survivor's own since",
        ),
        (
            "A{P1} B{X1} D{P2}; A absorbs B; X1 goes to D; undo AB reports X1→D",
            "A{P1} B{} D{P2,X1} distinct A-B",
            "nor is one that was reassigned",
        ),
        (
            "A{P1} B{X1}; A absorbs B; A deleted; undo AB",
            "†A{(P1)} B{X1} distinct A-B",
            "a tombstone is nobody who took it",
        ),
        (
            "A{P1} B{E1}; A absorbs B; E1 blocked; undo AB; E1 unblocked",
            "A{P1} B{E1} distinct A-B",
            "a blocked key is listed all the same",
        ),
    ]);
}

#[test]
fn whoever_goes_right_behind_comes_before_the_others() {
    let mut tale = Tale::of("A{P1} B{E1} C{P2,E1} D{P3,E1}; A absorbs B; A drops E1");
    assert_eq!(tale.line("E1"), "CD");
    tale.goes_on("undo AB reports E1→C");
    assert_eq!(tale.line("E1"), "CBD", "right behind the holder");
    tale.goes_on("C drops E1");
    assert_eq!(tale.line("E1"), "BD", "and next");
    // Where nobody took it, the place is the old one.
    let tale = Tale::of("A{P1,E1} B{E1} D{E1}; A absorbs B; E1 goes to D; undo AB");
    assert_eq!(tale.line("E1"), "DAB");
    let tale = Tale::of("A{E2,P1} D{P1} B{P2,P1}; D absorbs A; D deleted; undo DA reports P1→B");
    assert_eq!(
        tale.line("P1"),
        "DBA",
        "a deleted survivor keeps its own place"
    );
}

#[test]
fn merges_undone_in_another_order() {
    hold(&[
        (
            "A{P1,n1} B{E1,c1} C{X1}; A absorbs B; C absorbs A; undo AB",
            "A→C B{E1,c1} C{P1,X1,n1} distinct B-C",
            "B stands alone, A still leads to C, and what came from B is gone from C",
        ),
        (
            "A{P1,n1} B{E1,c1} C{X1}; A absorbs B; C absorbs A; undo AB; undo CA",
            "A{P1,n1} B{E1,c1} C{X1} distinct A-B A-C",
            "undoing the outer one later does not bring the values of B back",
        ),
        (
            "A{P1} B{E1,c1} C{X1}; A absorbs B; C absorbs A; C is c2; undo AB",
            "A→C B{E1,c1} C{P1,X1,c2} distinct B-C",
            "but what was edited since stays",
        ),
        (
            "A{P1} B{E1,c1} C{X1}; A absorbs B; A is c2; C absorbs A; undo AB; undo CA",
            "A{P1,c2} B{E1,c1} C{X1} distinct A-B A-C",
            "an edit stays with whom it was made on",
        ),
        (
            "A{P1} B{E1,c1} C{X1}; A absorbs B; C absorbs A; C is c2; undo CA",
            "A{P1,E1,c1} B→A C{X1,c2} distinct A-C",
            "undoing the outer one leaves the inner one",
        ),
        (
            "A{P1} B{E1,c1} C{X1,c2}; A absorbs B; A absorbs C; undo AB",
            "A{P1,X1,c2} B{E1,c1} C→A distinct A-B",
            "a later merge brings what it would have brought without the first",
        ),
        (
            "A{P1} B{E1,t1} C{X1,t1}; A absorbs B; A absorbs C; undo AB",
            "A{P1,X1,t1} B{E1,t1} C→A distinct A-B",
            "tag by tag",
        ),
        (
            "A{P1} B{E1,c1} C{X1,c2}; A absorbs B; C absorbs A by length; undo AB",
            "A→C B{E1,c1} C{P1,X1,c2} distinct B-C",
            "by whatever rule",
        ),
        (
            "A{P1} B{E1,c2} C{X1,c1}; A absorbs B; C absorbs A by length; undo AB",
            "A→C B{E1,c2} C{P1,X1,c1} distinct B-C",
            "and takes back what it preferred",
        ),
        (
            "A{P1} B{E1} C{E1,X1}; A absorbs B; C absorbs A; undo AB; undo CA",
            "A{P1} B{E1} C{(E1),X1} distinct A-B A-C review B-C",
            "places in line as well",
        ),
        (
            "A{P1} B{E1} C{X1}; A absorbs B; C absorbs A; C drops E1; resolve E1; undo AB reports E1→D",
            "A→C B{(E1)} C{P1,X1} D{E1} distinct B-C",
            "who took a key from today's survivor keeps it",
        ),
        (
            "A{P1} B{E1} C{X1} D{P2}; A absorbs B; C absorbs A; P2 goes to B; undo AB; undo CA",
            "A{P1} B{E1} C{P2,X1} D{(P2)} distinct A-B A-C",
            "what is done to an absorbed contact is done to its survivor",
        ),
        (
            "A{P1} B{E1}; A absorbs B; undo AB; A absorbs B; undo AB",
            "A{P1} B{E1} distinct A-B",
            "merged again, and undone again",
        ),
    ]);
}

#[test]
fn three_merges_undone_in_all_six_orders() {
    let stood = "A{P1,(E1),n1,t1} B{P2,E1,c1,t2,k11} C{(P2),X1,c2,t2,t3,k12} D{(P1),Y1,n2,t1,k21}";
    let merges = [
        // Chains, stars and a mixture of both.
        ["A absorbs B", "C absorbs A", "D absorbs C"],
        ["A absorbs B", "A absorbs C", "A absorbs D"],
        ["A absorbs B", "D absorbs C", "D absorbs A"],
        ["C absorbs D", "B absorbs C", "B absorbs A by length"],
    ];
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    let before =
        Tale::of("B{E1,P2,c1,t2,k11} A{P1,E1,n1,t1} C{X1,P2,c2,t2,t3,k12} D{Y1,P1,n2,t1,k21}");
    for merges in merges {
        for order in orders {
            let mut tale = before.clone();
            let mut names = Vec::new();
            for merge in merges {
                tale.goes_on(merge);
                names.push(merge.replace(" absorbs ", "").replace(" by length", ""));
            }
            for at in order {
                tale.goes_on(&format!("undo {}", names[at]));
            }
            let (was, is) = (before.scope.standing(), tale.scope.standing());
            for id in 0..4 {
                assert_eq!(is.contact(id), was.contact(id), "{merges:?} in {order:?}");
            }
            let mut stands: Vec<_> = (0..4).filter_map(|id| tale.contact(id)).collect();
            stands.sort();
            assert_eq!(stands.join(" "), stood, "{merges:?} in {order:?}");
        }
    }
}

#[test]
fn what_is_refused() {
    let mut tale = Tale::of("A{P1} B{E1}; A absorbs B; undo AB");
    let refused = tale.undo("AB").expect_err("it is undone already");
    assert_eq!(refused.code(), "INVALID_REQUEST");
    let refused = tale.scope.unmerge(7).expect_err("there is no such merge");
    assert_eq!(refused.code(), "NOT_FOUND");
    hold(&[
        (
            "A{P1} B{E1} C{X1}; A absorbs B; A erased; undo AB refused",
            "C{X1}",
            "what was erased is gone with all that it absorbed",
        ),
        (
            "A{P1} B{E1} C{X1}; A absorbs B; C absorbs A; C erased; undo CA refused; undo AB refused",
            "",
            "through any number of merges",
        ),
    ]);
    let refused = Tale::of("A{P1} B{E1}; A absorbs B; A erased").undo("AB");
    assert_eq!(refused.expect_err("it is erased").code(), "NOT_FOUND");
    let mut tale = Tale::of("A{P1} B{E1}; A absorbs B");
    let (survivor, absorbed) = (tale.id("A"), tale.id("B"));
    for refused in [
        tale.scope.delete(absorbed),
        tale.scope.restore(absorbed).map(|_| ()),
        tale.scope.erase(absorbed),
    ] {
        assert_eq!(refused, Err(super::model::Refused::Absorbed(survivor)));
    }
}

#[test]
fn deleted_survivors() {
    hold(&[
        (
            "A{P1} B{E1}; A absorbs B; A deleted; undo AB",
            "†A{(P1)} B{E1} distinct A-B",
            "the restored contact is live, the survivor stays deleted",
        ),
        (
            "A{P1} B{E1}; A absorbs B; A deleted; undo AB; A restored",
            "A{P1} B{E1} distinct A-B",
            "until it is restored",
        ),
        (
            "A{P1} B{E1} C{X1}; A absorbs B; C absorbs A; C deleted; undo AB",
            "A→C B{E1} †C{(P1),(X1)} distinct B-C",
            "also if the survivor was absorbed in turn",
        ),
        (
            "A{P1} B{P1}; B absorbs A; B deleted; resolve P1; B restored reports P1→C; undo BA reports P1→C",
            "A{(P1)} B{(P1)} C{P1} distinct A-B",
            "who took a key meanwhile keeps it from both",
        ),
    ]);
}
