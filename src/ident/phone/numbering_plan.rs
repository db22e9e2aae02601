//! The authority's metadata of a country code, made ready to be asked often.
//!
//! Patterns and lengths are the authority's own; only how they are asked is written here. Where
//! anything is not of the form it is known to have, there is no plan and the authority is asked itself.

use super::Unsure;
use super::automaton::Automaton;
use crate::ident;
use rlibphonenumber::interfaces::AsOriginal;
use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};
use std::sync::OnceLock;

/// The numbering plan of a country code.
pub(super) struct NumberingPlan {
    pub(super) country_code: String,
    /// The region that the code is read in.
    pub(super) main: Territory,
    /// The regions that share the code.
    others: Vec<Territory>,
}

/// What the metadata say of a region, or of a code that no region has.
pub(super) struct Territory {
    code: i32,
    region: Region,
    possible: Lengths,
    local_only: Lengths,
    /// What a number dialled within the region may begin with that is not part of it.
    trunk_prefix: Option<Automaton>,
    /// Whether a number may change otherwise when its trunk prefix is taken away.
    trunk_prefix_transforms: bool,
    /// What leads out of the region.
    international_prefix: Option<Automaton>,
    numbers: Numbers,
}

/// How a count of digits stands to those of a territory's numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Possible,
    TooLong,
    Other,
}

/// The plan of a country code, if it is one.
pub(super) fn of_country_code(code: usize) -> Result<Option<&'static NumberingPlan>, Unsure> {
    type Made = Result<Option<Box<NumberingPlan>>, Unsure>;
    static PLANS: [OnceLock<Made>; 1_000] = [const { OnceLock::new() }; 1_000];
    let plan = PLANS.get(code).ok_or(Unsure)?;
    let made = plan.get_or_init(|| NumberingPlan::make(i32::try_from(code).map_err(|_| Unsure)?));
    made.as_ref()
        .map(Option::as_deref)
        .map_err(|unsure| *unsure)
}

/// The plan that a region belongs to, and what is the region's own in it.
pub(super) fn of_region(
    region: ident::Region,
) -> Result<(&'static NumberingPlan, &'static Territory), Unsure> {
    let region = region.for_authority().ok_or(Unsure)?;
    let code = PHONE_NUMBER_UTIL
        .get_country_code_for_region(region)
        .ok_or(Unsure)?;
    let plan = of_country_code(usize::try_from(code).map_err(|_| Unsure)?)?.ok_or(Unsure)?;
    let mut territories = plan.territories();
    let own = territories.find(|territory| territory.region == region);
    Ok((plan, own.ok_or(Unsure)?))
}

impl NumberingPlan {
    fn make(code: i32) -> Result<Option<Box<Self>>, Unsure> {
        let Some(regions) = PHONE_NUMBER_UTIL.get_regions_for_country_calling_code(code) else {
            return Ok(None);
        };
        let territories: Option<Vec<_>> = regions
            .map(|region| Territory::make(code, region))
            .collect();
        let mut territories = territories.ok_or(Unsure)?.into_iter();
        let plan = Self {
            country_code: code.to_string(),
            main: territories.next().ok_or(Unsure)?,
            others: territories.collect(),
        };
        Ok(Some(Box::new(plan)))
    }

    fn territories(&self) -> impl Iterator<Item = &Territory> {
        std::iter::once(&self.main).chain(&self.others)
    }

    /// Whether a national number is valid: known to the first territory that claims it, by its
    /// leading digits or because it knows it.
    pub(super) fn is_valid(&self, national: &[u8]) -> Result<bool, Unsure> {
        for territory in self.territories() {
            let seen = territory.numbers.look_up(national)?;
            if seen.known || (seen.led && !self.others.is_empty()) {
                return Ok(seen.known);
            }
        }
        Ok(false)
    }
}

impl Territory {
    fn make(code: i32, region: Region) -> Option<Self> {
        let authority = PHONE_NUMBER_UTIL.as_original();
        let metadata = authority.get_metadata_for_region_or_calling_code(code, region)?;
        // Where both have one pattern, the authority asks for fixed lines alone.
        let mobile = !metadata.original.same_mobile_and_fixed_line_pattern();
        let types = [
            &metadata.premium_rate,
            &metadata.toll_free,
            &metadata.shared_cost,
            &metadata.voip,
            &metadata.personal_number,
            &metadata.pager,
            &metadata.uan,
            &metadata.voicemail,
            &metadata.fixed_line,
        ];
        let types = types.into_iter().chain(mobile.then_some(&metadata.mobile));

        let general = &metadata.general_desc;
        let mut patterns = Vec::new();
        let mut lengths = Vec::new();
        for one in std::iter::once(general).chain(types) {
            // A type without a pattern has no numbers.
            let Some(pattern) = &one.national_number_pattern().pattern_base else {
                continue;
            };
            patterns.push(inner(pattern)?);
            lengths.push(match one.original.possible_length.as_slice() {
                [] => Lengths::ALL,
                some => Lengths::of(some)?,
            });
        }
        general.national_number_pattern().pattern_base.as_ref()?;
        if let Some(leading) = &metadata.leading_digits().pattern_base {
            patterns.push(format!("(?:{})[0-9]*", inner(leading)?));
        }
        let prefix = |base: &Option<String>| match base {
            Some(base) => Some(Some(Automaton::of_prefix(inner(base)?))),
            None => Some(None),
        };
        Some(Self {
            code,
            region,
            possible: Lengths::of(&general.original.possible_length)?,
            local_only: Lengths::of(&general.original.possible_length_local_only)?,
            trunk_prefix: prefix(&metadata.national_prefix_for_parsing().pattern_base)?,
            trunk_prefix_transforms: !metadata
                .original
                .national_prefix_transform_rule()
                .is_empty(),
            international_prefix: prefix(&metadata.international_prefix().pattern_base)?,
            numbers: Numbers {
                lengths,
                automaton: Automaton::of_whole_numbers(patterns),
            },
        })
    }

    /// Whether more becomes of these digits without their trunk prefix than what follows it. Only the
    /// groups of the authority's expression say so, which the automata don't keep.
    fn would_transform(&self, digits: &[u8]) -> Result<bool, Unsure> {
        let digits = std::str::from_utf8(digits).map_err(|_| Unsure)?;
        let metadata = PHONE_NUMBER_UTIL
            .as_original()
            .get_metadata_for_region_or_calling_code(self.code, self.region)
            .ok_or(Unsure)?;
        let prefix = metadata.national_prefix_for_parsing().anchor_start();
        let prefix = prefix.map_err(|_| Unsure)?.ok_or(Unsure)?;
        let captures = prefix.captures(digits).ok_or(Unsure)?;
        let mut groups = captures.iter().skip(1).flatten();
        Ok(groups.any(|group| !group.is_empty()))
    }

    /// How this count of digits stands to those of the territory's numbers.
    pub(super) const fn length(&self, count: usize) -> Length {
        if self.local_only.contain(count) {
            Length::Other
        } else if self.possible.contain(count) {
            Length::Possible
        } else if self.possible.all_are_below(count) {
            Length::TooLong
        } else {
            Length::Other
        }
    }

    /// Whether these digits are like the territory's numbers at all, whatever their count.
    pub(super) fn is_like_a_number(&self, digits: &[u8]) -> Result<bool, Unsure> {
        Ok(self.numbers.automaton.all_that_match(digits)? & GENERAL != 0)
    }

    /// What follows the digits that lead out of the territory, if they stand there.
    pub(super) fn after_international_prefix<'d>(
        &self,
        digits: &'d [u8],
    ) -> Result<Option<&'d [u8]>, Unsure> {
        let Some(prefix) = &self.international_prefix else {
            return Ok(None);
        };
        let end = prefix.prefix_of(digits)?;
        let rest = end.and_then(|end| digits.get(end..));
        // No country code begins with a zero.
        Ok(rest.filter(|rest| rest.first() != Some(&b'0')))
    }

    /// What follows the trunk prefix, if there is one and nothing speaks against it.
    pub(super) fn without_trunk_prefix<'d>(&self, digits: &'d [u8]) -> Result<&'d [u8], Unsure> {
        let Some(prefix) = &self.trunk_prefix else {
            return Ok(digits);
        };
        let rest = match prefix.prefix_of(digits)? {
            None | Some(0) => return Ok(digits),
            Some(_) if self.trunk_prefix_transforms && self.would_transform(digits)? => {
                return Err(Unsure);
            }
            Some(end) => digits.get(end..).ok_or(Unsure)?,
        };
        let is_needed = self.is_like_a_number(digits)? && !self.is_like_a_number(rest)?;
        Ok(if is_needed { digits } else { rest })
    }
}

/// The bit of the general pattern among those of a territory's patterns.
const GENERAL: u32 = 1;

/// The patterns of a territory's numbers: the general one, those of the types of numbers, and
/// last its leading digits, if it has some.
struct Numbers {
    /// Of the general pattern and of the types.
    lengths: Vec<Lengths>,
    automaton: Automaton,
}

struct LookedUp {
    /// It is a number of some type.
    known: bool,
    /// It begins with the territory's leading digits.
    led: bool,
}

impl Numbers {
    fn look_up(&self, national: &[u8]) -> Result<LookedUp, Unsure> {
        let matching = self.automaton.all_that_match(national)?;
        let fits = |(index, lengths): (usize, &Lengths)| {
            matching >> index & 1 == 1 && lengths.contain(national.len())
        };
        let mut described = self.lengths.iter().enumerate();
        Ok(LookedUp {
            known: described.next().is_some_and(fits) && described.any(fits),
            led: matching >> self.lengths.len() != 0,
        })
    }
}

/// A set of counts of digits.
#[derive(Clone, Copy)]
struct Lengths(u64);

impl Lengths {
    const ALL: Self = Self(u64::MAX);

    fn of(counts: &[i32]) -> Option<Self> {
        let bits = counts.iter().map(|count| match count {
            0..64 => Some(1 << count),
            _ => None,
        });
        Some(Self(bits.sum::<Option<u64>>()?))
    }

    const fn contain(self, count: usize) -> bool {
        count < 64 && self.0 >> count & 1 == 1
    }

    const fn all_are_below(self, count: usize) -> bool {
        self.0 != 0 && (count >= 64 || self.0 >> count == 0)
    }
}

/// The pattern within the anchors that the authority puts around each.
fn inner(base: &str) -> Option<String> {
    let inner = base.strip_prefix("^(?:")?.strip_suffix(")$")?;
    (!inner.is_empty()).then(|| inner.to_owned())
}
