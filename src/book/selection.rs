//! The next contacts of a list, chosen from contacts that come in any order.

use std::cmp::Ordering;

use super::order::{ByRef, Order, Position};

/// Chooses the first so many contacts behind a position. What it keeps in memory is twice
/// as many, whatever it is offered.
pub(crate) struct Selection<'a> {
    order: &'a Order,
    after: Option<&'a Position>,
    most: usize,
    kept: Vec<Position>,
    /// What is behind this is not among the first.
    last: Option<Position>,
    offered: u64,
    some_left_out: bool,
}

/// What was chosen.
pub(crate) struct Selected {
    /// In order.
    pub(crate) positions: Vec<Position>,
    /// Whether nothing stands behind them.
    pub(crate) to_the_end: bool,
    /// How many were offered, those before the position too.
    pub(crate) offered: u64,
}

impl<'a> Selection<'a> {
    /// `most` is 1 at least.
    pub(crate) fn new(order: &'a Order, after: Option<&'a Position>, most: usize) -> Self {
        Self {
            order,
            after,
            most,
            kept: Vec::new(),
            last: None,
            offered: 0,
            some_left_out: false,
        }
    }

    pub(crate) fn offer(&mut self, by: ByRef<'_>, row: i64) {
        self.offered += 1;
        let is_behind = |position: &Position| {
            self.order.compare((by, row), position.as_ref()) == Ordering::Greater
        };
        if self.after.is_some_and(|after| !is_behind(after)) {
            return;
        }
        if self.last.as_ref().is_some_and(is_behind) {
            self.some_left_out = true;
            return;
        }
        self.kept.push(Position::new(by, row));
        // Now and then, so that each contact costs the same however many are chosen.
        if self.kept.len() >= self.most.saturating_mul(2) {
            self.leave_out();
        }
    }

    /// Keeps the first ones only.
    fn leave_out(&mut self) {
        if self.kept.len() <= self.most {
            return;
        }
        let order = self.order;
        let (_, last, _) = self
            .kept
            .select_nth_unstable_by(self.most - 1, |one, other| {
                order.compare_positions(one, other)
            });
        self.last = Some(last.clone());
        self.kept.truncate(self.most);
        self.some_left_out = true;
    }

    pub(crate) fn finish(mut self) -> Selected {
        self.leave_out();
        let order = self.order;
        self.kept
            .sort_unstable_by(|one, other| order.compare_positions(one, other));
        Selected {
            positions: self.kept,
            to_the_end: !self.some_left_out,
            offered: self.offered,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Selection;
    use crate::book::Language;
    use crate::book::order::{By, Order, Position};

    fn names() -> impl Strategy<Value = Vec<Option<String>>> {
        let name = prop::option::weighted(0.9, "[aAbBéÉñzß ]{1,3}");
        prop::collection::vec(name, 0..60)
    }

    proptest! {
        /// In whatever order they come: the first so many behind a position, and whether
        /// there are more, as a plain sort says.
        #[test]
        fn the_first_ones_are_selected(
            names in names(),
            from in prop::option::of(any::<prop::sample::Index>()),
            most in 1..70_usize,
            descending: bool,
            order_of_coming: u64,
        ) {
            let order = Order::new(&Language::default(), descending).unwrap();
            let position = |(row, name): (usize, &Option<String>)| Position {
                by: name.as_deref().map_or(By::Nothing, |name| By::Text(name.into())),
                row: row as i64,
            };
            let mut sorted: Vec<Position> = names.iter().enumerate().map(position).collect();
            let mut coming = sorted.clone();
            coming.sort_by_key(|one| (one.row as u64).wrapping_mul(order_of_coming | 1));
            sorted.sort_by(|one, other| order.compare_positions(one, other));

            let at = from.filter(|_| !sorted.is_empty()).map(|from| from.index(sorted.len()));
            let after = at.map(|at| sorted[at].clone());
            let mut selection = Selection::new(&order, after.as_ref(), most);
            for one in &coming {
                let (by, row) = one.as_ref();
                selection.offer(by, row);
            }
            let selected = selection.finish();
            let rest = &sorted[at.map_or(0, |at| at + 1)..];
            prop_assert_eq!(&selected.positions, &rest[..most.min(rest.len())]);
            prop_assert_eq!(selected.to_the_end, most >= rest.len());
            prop_assert_eq!(selected.offered, names.len() as u64);
        }
    }
}
