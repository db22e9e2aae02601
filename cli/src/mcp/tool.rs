//! The tools: what each is called, what it says of itself, and what it does.

use std::borrow::Cow;
use std::sync::Arc;

use rmcp::model::{self, CallToolResult, JsonObject, ToolAnnotations};

use super::answer::{Answer, Refusal, refused};
use super::given::Given;
use super::{Desk, changing, reading, schema};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    GhlUpsertContact,
    ResolveContact,
    SearchContacts,
    GetContact,
    ListReview,
    MergeContacts,
    MarkDistinct,
}

/// What a tool does to the store.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Reads,
    /// Nothing that was there is changed by it.
    Adds,
    /// Values that were there are not seen any more.
    Replaces,
}

impl Tool {
    pub(super) const ALL: [Self; 7] = [
        Self::SearchContacts,
        Self::GetContact,
        Self::ListReview,
        Self::ResolveContact,
        Self::GhlUpsertContact,
        Self::MergeContacts,
        Self::MarkDistinct,
    ];

    pub(super) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::GhlUpsertContact => "ghl_upsert_contact",
            Self::ResolveContact => "resolve_contact",
            Self::SearchContacts => "search_contacts",
            Self::GetContact => "get_contact",
            Self::ListReview => "list_review",
            Self::MergeContacts => "merge_contacts",
            Self::MarkDistinct => "mark_distinct",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::GhlUpsertContact => "Create or update a contact as GoHighLevel does",
            Self::ResolveContact => "Find or create a contact",
            Self::SearchContacts => "Search contacts",
            Self::GetContact => "Show a contact",
            Self::ListReview => "List contacts that may be one person",
            Self::MergeContacts => "Merge two contacts",
            Self::MarkDistinct => "Mark two contacts as different people",
        }
    }

    fn description(self) -> &'static str {
        match self {
            // The words of the recipe.
            Self::GhlUpsertContact => {
                "Create or update a contact in GoHighLevel by email. Returns the contact object."
            }
            Self::ResolveContact => {
                "Find whose record a phone, an email or another system's id belongs to, or create \
                 one. Give every identifier that is known of the person, and whatever else is \
                 known: what the record has empty is filled, nothing is overwritten. Answers the \
                 contact, whether it is new (created), the identifiers that belong to somebody \
                 else (conflicts) and the fields that were not used (ignored)."
            }
            Self::SearchContacts => {
                "Find contacts by the beginnings of words of the name, in any order and in spite \
                 of typing errors, or by company, email or the last digits of a phone. The best \
                 come first; next is the cursor of the next page."
            }
            Self::GetContact => {
                "Show a contact whole, by its id or by who holds a phone, an email or another \
                 system's id; null if nobody holds it. Nothing is created. The id of a merged \
                 contact leads to the one it was merged into."
            }
            Self::ListReview => {
                "List pairs of contacts that may be one person, oldest first, with both contacts \
                 and why: the identifiers that led to both. Decide a pair with merge_contacts or \
                 mark_distinct. next is the cursor of the next page."
            }
            Self::MergeContacts => {
                "Merge one contact into another: the survivor gains what it lacks, and the other's \
                 id leads to it from then on. lost are the values that are not seen any more. The \
                 store keeps both as they were: `kinfold unmerge` with the answer's merge undoes \
                 it. With dry_run nothing is written."
            }
            Self::MarkDistinct => {
                "Mark two contacts as different people, whatever they share: the pair leaves the \
                 review list and is not suggested again."
            }
        }
    }

    fn effect(self) -> Effect {
        match self {
            Self::SearchContacts | Self::GetContact | Self::ListReview => Effect::Reads,
            Self::ResolveContact | Self::MarkDistinct => Effect::Adds,
            Self::GhlUpsertContact | Self::MergeContacts => Effect::Replaces,
        }
    }

    fn input_schema(self) -> JsonObject {
        match self {
            Self::GhlUpsertContact => schema::ghl_upsert_contact(),
            Self::ResolveContact => schema::resolve_contact(),
            Self::SearchContacts => schema::search_contacts(),
            Self::GetContact => schema::get_contact(),
            Self::ListReview => schema::list_review(),
            Self::MergeContacts => schema::merge_contacts(),
            Self::MarkDistinct => schema::mark_distinct(),
        }
    }

    fn output_schema(self) -> JsonObject {
        match self {
            Self::GhlUpsertContact => schema::ghl_contact(),
            Self::ResolveContact => schema::resolved(),
            Self::SearchContacts => schema::found(),
            Self::GetContact => schema::shown(),
            Self::ListReview => schema::queue(),
            Self::MergeContacts => schema::merged(),
            Self::MarkDistinct => schema::marked(),
        }
    }

    /// What a client is told of the tool.
    pub(super) fn definition(self) -> model::Tool {
        let effect = self.effect();
        let mut annotations = ToolAnnotations::with_title(self.title())
            .read_only(effect == Effect::Reads)
            .open_world(false);
        if effect != Effect::Reads {
            // Whoever is told twice does it once; but for who is merged already.
            annotations = annotations
                .destructive(effect == Effect::Replaces)
                .idempotent(self != Self::MergeContacts);
        }
        let description = Cow::Borrowed(self.description());
        model::Tool::new(self.name(), description, Arc::new(self.input_schema()))
            .with_raw_output_schema(Arc::new(self.output_schema()))
            .with_annotations(annotations)
    }

    /// Does it. A refusal is a result, too: the assistant reads it and asks better.
    pub(super) fn run(self, desk: &Desk, arguments: JsonObject) -> CallToolResult {
        match self.answer(desk, arguments) {
            Ok(answer) => answer.into(),
            Err(refusal) => refused(&refusal),
        }
    }

    fn answer(self, desk: &Desk, arguments: JsonObject) -> Result<Answer, Refusal> {
        let given = Given::new(arguments, &self.input_schema())?;
        match self {
            Self::GhlUpsertContact => changing::ghl_upsert(desk, given),
            Self::ResolveContact => changing::resolve(desk, given),
            Self::SearchContacts => reading::search(desk, given),
            Self::GetContact => reading::get(desk, given),
            Self::ListReview => reading::review(desk, given),
            Self::MergeContacts => changing::merge(desk, given),
            Self::MarkDistinct => changing::mark_distinct(desk, given),
        }
    }
}
