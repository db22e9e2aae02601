//! What happens to contacts that are there, and to pairs of them.

use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};
use kinfold::{ContactId, Kind, MergeId, MergeRules, Survivorship};

use super::{Switch, id};

#[derive(Debug, Subcommand)]
pub(crate) enum LifeCommand {
    /// Change a contact: what is named replaces what is there, null clears, the rest stays
    Update(UpdateArguments),
    /// Add tags to a contact, or remove them
    Tag {
        /// The contact's id
        #[arg(value_parser = id)]
        id: ContactId,
        /// What to do with the tags
        edit: TagEdit,
        /// The tags; case makes no difference
        #[arg(required = true, value_name = "TAG")]
        tags: Vec<String>,
    },
    /// Make two contacts one
    Merge(MergeArguments),
    /// Undo a merge, also one of long ago, in any order
    Unmerge {
        /// The merge's id, as `merge`, `resolve` and `merges` print it
        #[arg(value_parser = merge_id)]
        merge: MergeId,
    },
    /// List the merges, oldest first: all, or those of one contact
    Merges {
        /// Only those of this contact and of all that lead to it
        #[arg(value_parser = id)]
        id: Option<ContactId>,
    },
    /// Say that two contacts are different people, whatever they share
    Distinct {
        /// One contact's id
        #[arg(value_parser = id)]
        a: ContactId,
        /// The other's
        #[arg(value_parser = id)]
        b: ContactId,
        /// Say that it is not sure any more
        #[arg(long)]
        lift: bool,
    },
    /// Decide which contacts are one person: on a terminal side by side, else as JSON Lines
    Review(ReviewArguments),
    /// Give a phone, an email or an external id to a contact, whoever has it
    Reassign {
        /// phone, email or external_id
        #[arg(value_parser = kind)]
        kind: Kind,
        /// The identifier; an external id as SOURCE:ID
        #[arg(allow_hyphen_values = true)]
        key: String,
        /// The id of the contact that gets it
        #[arg(value_parser = id)]
        id: ContactId,
    },
    /// Let nobody be found by a key, or by any key of a shape
    Block(BlockArguments),
    /// List what is blocked
    Blocked,
    /// Delete a contact; it can be restored
    Delete {
        /// The contact's id; that of a merged contact is refused
        #[arg(value_parser = id)]
        id: ContactId,
    },
    /// Put a deleted contact back
    Restore {
        /// The contact's id; that of a merged contact is refused
        #[arg(value_parser = id)]
        id: ContactId,
    },
    /// Leave nothing of a contact in any file of the store; nothing brings it back
    Erase {
        /// The contact's id; that of a merged contact is refused
        #[arg(value_parser = id)]
        id: ContactId,
    },
}

/// What to do with tags.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TagEdit {
    /// Add those that are not there
    Add,
    /// Remove those that are
    Remove,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArguments {
    /// The contact's id; that of a merged contact leads to its survivor
    #[arg(value_parser = id)]
    pub(crate) id: ContactId,

    /// What to change, a JSON object (`-`: read it from stdin): the keys of a request, and
    /// add_tags, remove_tags, add_phones, remove_phones, primary_phone, add_emails,
    /// remove_emails, primary_email, add_external_ids, remove_external_ids
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) json_patch: String,

    /// Change no other version of the contact than this one
    #[arg(long, value_name = "N")]
    pub(crate) expected_version: Option<u64>,

    /// Print the same outcome and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MergeArguments {
    /// The id of the contact that stays
    #[arg(value_parser = id)]
    pub(crate) survivor: ContactId,

    /// The id of the contact that is merged into it
    #[arg(value_parser = id)]
    pub(crate) absorbed: ContactId,

    #[command(flatten)]
    pub(crate) rules: RuleArguments,

    /// Print what it would leave and what would be lost, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RuleArguments {
    /// Whose value stays where both have one, for every field or for one: survivor,
    /// most-recent, longest or source:NAME; may be given several times
    #[arg(long, value_name = "[FIELD=]RULE")]
    survivorship: Vec<FieldRule>,
}

impl RuleArguments {
    pub(crate) fn read(&self) -> kinfold::Result<MergeRules> {
        let of_all = self.survivorship.iter().rev();
        let of_all = of_all.into_iter().find(|chosen| chosen.field.is_none());
        let rules = MergeRules::every_field(match of_all {
            Some(chosen) => chosen.rule.clone(),
            None => Survivorship::default(),
        });
        self.survivorship
            .iter()
            .try_fold(rules, |rules, chosen| match &chosen.field {
                Some(field) => rules.field(field, chosen.rule.clone()),
                None => Ok(rules),
            })
    }
}

/// A rule of survivorship, for one field or for all.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FieldRule {
    field: Option<String>,
    rule: Survivorship,
}

fn rule(text: &str) -> Option<Survivorship> {
    Some(match text {
        "survivor" => Survivorship::Survivor,
        "most-recent" => Survivorship::MostRecent,
        "longest" => Survivorship::Longest,
        _ => match text.strip_prefix("source:")?.trim() {
            "" => return None,
            source => Survivorship::Source(source.to_owned()),
        },
    })
}

impl FromStr for FieldRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(rule) = rule(text) {
            return Ok(Self { field: None, rule });
        }
        // Names of metadata keys and of sources may hold a `=` of their own.
        let split = text.match_indices('=').find_map(|(at, sign)| {
            let rule = rule(text.get(at + sign.len()..)?)?;
            Some((text.get(..at)?, rule))
        });
        match split {
            Some((field, rule)) if !field.is_empty() => Ok(Self {
                field: Some(field.to_owned()),
                rule,
            }),
            _ => Err(
                "it is not one of survivor, most-recent, longest, source:NAME, \
                      with or without FIELD= before it"
                    .to_owned(),
            ),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ReviewArguments {
    /// The ids of a pair, to decide it without the screen
    #[arg(num_args = 2, value_names = ["A", "B"], value_parser = id, requires = "decide")]
    pub(crate) pair: Vec<ContactId>,

    /// What the pair is: one person (B is merged into A), two, or undecided for now
    #[arg(long, value_name = "DECISION", requires = "pair")]
    pub(crate) decide: Option<Decided>,

    /// Those that were put off, too
    #[arg(long, conflicts_with = "pair")]
    pub(crate) later: bool,

    #[command(flatten)]
    pub(crate) rules: RuleArguments,
}

/// What a pair of contacts is.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Decided {
    /// One person: B is merged into A
    Merge,
    /// Two people
    Distinct,
    /// Somebody decides later
    Later,
}

#[derive(Debug, Args)]
pub(crate) struct BlockArguments {
    /// phone, email or external_id
    #[arg(value_parser = kind, required_unless_present = "notorious", requires = "key")]
    pub(crate) kind: Option<Kind>,

    /// The key, or with a `*` the shape of many: `noreply@*`
    #[arg(allow_hyphen_values = true)]
    pub(crate) key: Option<String>,

    /// Let it be held again
    #[arg(long, requires = "kind")]
    pub(crate) lift: bool,

    /// Block the values that a new scope blocks from its beginning, or lift them all
    #[arg(long, value_name = "on|off", conflicts_with_all = ["kind", "lift"])]
    pub(crate) notorious: Option<Switch>,
}

fn kind(text: &str) -> Result<Kind, String> {
    text.parse()
        .map_err(|_| "it is not one of phone, email, external_id".to_owned())
}

fn merge_id(text: &str) -> Result<MergeId, String> {
    text.parse()
        .map_err(|error: kinfold::InvalidId| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::FieldRule;
    use kinfold::Survivorship;

    #[test]
    fn rules_of_survivorship_are_read() {
        let source = |name: &str| Survivorship::Source(name.to_owned());
        for (text, field, rule) in [
            ("longest", None, Survivorship::Longest),
            ("most-recent", None, Survivorship::MostRecent),
            ("source:ghl", None, source("ghl")),
            ("name=survivor", Some("name"), Survivorship::Survivor),
            // The field `source`, and not a source without a name.
            ("source=longest", Some("source"), Survivorship::Longest),
            ("company=source:a=b", Some("company"), source("a=b")),
            (
                "metadata.a=b=longest",
                Some("metadata.a=b"),
                Survivorship::Longest,
            ),
        ] {
            let field = field.map(str::to_owned);
            assert_eq!(text.parse(), Ok(FieldRule { field, rule }), "{text}");
        }
        for text in ["", "shortest", "source:", "=longest", "company=", "company"] {
            assert!(text.parse::<FieldRule>().is_err(), "{text}");
        }
    }
}
