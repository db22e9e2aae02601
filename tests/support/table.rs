//! The case table of the rules, and a second one of cases that the rules imply.
//!
//! Columns: number, before, request, policy, after, created, and why.
//! `before ⇒ state` says what stands after what happened before.

use super::notation::{self, After, Asked, Before};

/// One row, as it is written.
type Row = (
    u16,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// One row, read.
#[derive(Clone, Debug)]
pub struct Case {
    pub number: u16,
    pub before: Before,
    pub asked: Asked,
    /// By their names in a request.
    pub policies: Vec<&'static str>,
    pub after: After,
    /// None where nothing is answered.
    pub created: Option<bool>,
    pub why: &'static str,
}

/// Every case of both tables.
pub fn cases() -> Vec<Case> {
    RULES.iter().chain(IMPLIED).map(read).collect()
}

fn read(&(number, before, request, policies, after, created, why): &Row) -> Case {
    let policies = match policies {
        "any" => vec!["prefer_strongest", "merge", "reject"],
        named => named.split(", ").collect(),
    };
    let created = match created {
        "true" => Some(true),
        "false" => Some(false),
        "–" => None,
        other => panic!("case {number}: \"{other}\" is not true, false or –"),
    };
    Case {
        number,
        before: notation::before(before),
        asked: notation::asked(request),
        policies,
        after: notation::after(after),
        created,
        why,
    }
}

/// The twenty cases of the rules, by their numbers there.
#[rustfmt::skip]
const RULES: &[Row] = &[
    (1, "nothing", "P1 E1", "any", "A{P1,E1}; answer A", "true",
        "nobody is known by either key"),
    (2, "A{P1}", "P1 E1", "any", "A{P1,E1}; answer A", "false",
        "one holder is the person asked for and gains the other key"),
    (3, "A{P1} B{E1}", "P1 E1", "prefer_strongest", "answer B; A{P1} B{E1,(P1)}; conflict P1→A; review (A,B)", "false",
        "email is stronger than phone; what A holds stays A's, and a person decides"),
    (4, "A{P1} B{E1}", "P1 E1", "merge", "B{E1,P1}; A leads to B; answer B", "false",
        "the caller says that both are one"),
    (5, "A{P1} B{E1}", "P1 E1", "reject", "unchanged; IdentityConflict P1→A E1→B", "–",
        "the caller wants to hear of it instead"),
    (6, "A{P1,X1}", "P1 X2", "prefer_strongest, merge", "answer B; A{P1,X1} B{X2,(P1)}; conflict P1→A; review (A,B)", "true",
        "another id in the same system is another person on the same line"),
    (7, "A{P1,X1}", "P1 X2", "reject", "unchanged; IdentityConflict P1→A", "–",
        "a contradiction is a conflict even where nobody else is meant"),
    (8, "A{P1,X1} B{X2}", "P1 X2", "merge", "answer B; A{P1,X1} B{X2,(P1)}; conflict P1→A; review (A,B)", "false",
        "who contradicts the request is not merged, whatever the policy"),
    (9, "A{P1} B{E1} C{X1}", "P1 E1 X1", "merge", "C{X1,E1,P1}; B leads to C; A leads to C; answer C", "false",
        "the holder of the external id gains the others in the order of their strength"),
    (10, "A{P1} B{E1}; A and B distinct", "P1 E1", "merge", "answer B; A{P1} B{E1,(P1)}; conflict P1→A", "false",
        "a distinct mark withstands a merge, and is not asked about again"),
    (11, "A{P1}; P1 blocked ⇒ A{(P1)}", "P1", "any", "unchanged; NoIdentifier", "–",
        "a blocked key tells nobody apart"),
    (12, "A{P1}; P1 blocked ⇒ A{(P1)}", "P1 E1", "any", "answer B; A{(P1)} B{E1,(P1)}", "true",
        "a blocked key never matches, but what was typed is listed"),
    (13, "A{P1}; A deleted ⇒ nothing", "P1", "any", "answer B; B{P1}; A a tombstone", "true",
        "a tombstone holds nothing"),
    (14, "A{P1,X1} B{X2,(P1)}; A deleted ⇒ B{X2,P1}", "P1", "any", "answer B; B{X2,P1}; A a tombstone", "false",
        "the next one in line holds the key"),
    (15, "A{P1} B{E1}; A absorbed by B ⇒ B{E1,P1}", "P1", "any", "answer B; B{E1,P1}", "false",
        "the survivor holds what the absorbed one held"),
    (16, "A{P1}", "org 2: P1", "any", "answer B; A{P1}; org 2: B{P1}", "true",
        "a scope never sees another"),
    (17, "A{P1} B{E1}; P1 reassigned to B ⇒ A{(P1)} B{E1,P1}", "P1", "any", "answer B; A{(P1)} B{E1,P1}", "false",
        "the number has a new owner"),
    (18, "A{E1} B{P1} C{X1}; A and B distinct", "X1 E1 P1", "merge", "answer C; C{X1,E1,(P1)} B{P1}; A leads to C; distinct (B,C); conflict P1→B", "false",
        "a distinct mark follows through the merge just before"),
    (19, "A{P1,X1}; X2 blocked", "P1 X2", "any", "answer A; A{P1,X1}; rejected X2", "false",
        "a blocked external id neither contradicts nor is stored"),
    (20, "A{X1}; A deleted; B{X1}; A restored reports X1→B ⇒ A{} B{X1}", "X1", "any", "answer B; A{} B{X1}", "false",
        "an external id has no line to come back to"),
];

/// What the words of the rules imply and their table does not show.
#[rustfmt::skip]
const IMPLIED: &[Row] = &[
    (101, "A{P1} B{P2}", "P2 P1", "prefer_strongest", "answer B; A{P1} B{P2,(P1)}; conflict P1→A; review (A,B)", "false",
        "among keys of one kind the first one in the request is the strongest"),
    (102, "A{P1} B{E1} C{X1}", "P1 E1 X1", "prefer_strongest",
        "answer C; A{P1} B{E1} C{X1,(P1),(E1)}; conflict P1→A E1→B; review (A,C) (B,C)", "false",
        "conflicts stand in the order of the request, phones first"),
    (103, "A{P1,X1} B{X2,Y1} C{Y2,X3}", "P1 X2 Y2", "any", "unchanged; IdentityConflict P1→A X2→B Y2→C", "–",
        "a new contact would hold nothing, and every repeat would make another"),
    (104, "A{E1} B{P1,X1} C{P2,X2}", "E1 P1 P2", "merge",
        "answer A; A{E1,P1,X1,(P2)} C{P2,X2}; B leads to A; conflict P2→C; review (A,C)", "false",
        "what the winner gained by one merge can forbid the next"),
    (105, "A{X1} B{X2,Y1}", "X1 Y1", "prefer_strongest, merge", "answer A; A{X1} B{X2,Y1}; conflict Y1→B; review (A,B)", "false",
        "an external id that somebody else holds is only reported, never listed"),
    (106, "A{P1} B{E1,(P1)}", "P1 E1", "merge", "answer B; B{E1,P1}; A leads to B", "false",
        "of two places in one line the survivor has the smaller, and holds the key"),
    (107, "A{P1} B{P2,(P1)} C{E1}", "E1 P2", "merge", "answer C; A{P1} C{E1,P2,(P1)}; B leads to C", "false",
        "what the absorbed one listed without holding is listed, not held"),
    (108, "A{P1}; P1 blocked ⇒ A{(P1)}", "P1 P2", "any", "answer B; A{(P1)} B{P2,(P1)}", "true",
        "a blocked key is no conflict, because nobody holds it"),
    (109, "A{P1} B{E1}; A deleted ⇒ B{E1}", "P1 E1", "any", "answer B; B{E1,P1}; A a tombstone", "false",
        "behind a tombstone stands nobody's holder: the next one holds"),
    (110, "A{P1,X1}; X1 blocked ⇒ A{P1,(X1)}", "P1 X2", "prefer_strongest, merge",
        "answer B; A{P1,(X1)} B{X2,(P1)}; conflict P1→A; review (A,B)", "true",
        "the contact has its blocked value all the same, so another one contradicts it"),
    (111, "A{P1} B{E1} C{X1}; A and C distinct", "P1 E1 X1", "merge",
        "answer C; C{X1,E1,(P1)} A{P1}; B leads to C; conflict P1→A", "false",
        "a mark keeps one out of the merge, and only that one"),
    (112, "A{P1}; org 2: B{E1}", "org 2: P1 E1", "any", "answer B; A{P1}; org 2: B{E1,P1}", "false",
        "what is held elsewhere is held by nobody here"),
];
