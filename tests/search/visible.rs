//! After every operation a search sees it at once, by this handle and by others of the same
//! folder, whatever the index knows by then.

use std::ops::ControlFlow;
use std::path::PathBuf;

use kinfold::exchange::{Format, ReadOptions, Records};
use kinfold::{
    Contacts, Decision, Draft, Error, ImportOptions, Key, Kind, Kinfold, MergeRules, NoteDraft,
    OnConflict, ResolveRequest, Scope, TextField, Update,
};

use crate::common::{contacts, new_folder};
use crate::{found, indexed, last_change, settle};

/// Two handles of one store: the first one writes, both search.
struct Two {
    _above: tempfile::TempDir,
    folder: PathBuf,
    first: Kinfold,
    contacts: Contacts,
    others: Contacts,
    /// Whether the index has everything before the next operation.
    settles: bool,
}

impl Two {
    fn new(settles: bool) -> Self {
        let (_above, folder) = new_folder();
        let [first, second] = [(), ()].map(|()| Kinfold::open(&folder).unwrap());
        Self {
            _above,
            folder,
            contacts: contacts(&first),
            others: contacts(&second),
            first,
            settles,
        }
    }

    /// Does something, and holds what is found then.
    fn after<T>(
        &self,
        what: &str,
        job: impl FnOnce(&Contacts) -> Result<T, Error>,
        found_then: &[(&str, &[&str])],
    ) -> T {
        let done = job(&self.contacts).unwrap_or_else(|error| panic!("{what}: {error}"));
        for (query, expected) in found_then {
            for (who, contacts) in [("this handle", &self.contacts), ("another", &self.others)] {
                assert_eq!(
                    found(contacts, query),
                    *expected,
                    "{what}: {query}, by {who}"
                );
            }
        }
        if self.settles {
            // The index follows at once where somebody is erased.
            let junk = Draft::new().external_id("junk", "1");
            let junk = self.contacts.create(junk).unwrap().contact.id;
            assert!(!self.contacts.erase(junk).unwrap().pending, "{what}");
            assert_eq!(indexed(&self.folder), Some(last_change(&self.first)));
        }
        done
    }
}

fn email(name: &str) -> Draft {
    Draft::new().email(format!("{name}@example.com"))
}

/// Whether the index is always behind, or always there: it is seen all the same.
#[test]
fn every_operation_is_seen_at_once() {
    for settles in [false, true] {
        let two = Two::new(settles);
        if settles {
            two.contacts.create(email("kickoff")).unwrap();
            settle(&two.first, &two.folder);
        }
        a_contact_is_made_and_changed(&two);
        contacts_are_merged_and_parted(&two);
        contacts_go_and_come_back(&two);
        many_at_once(&two);
        what_did_not_happen(&two);
        assert!(two.first.check().unwrap().ok);
    }
}

fn a_contact_is_made_and_changed(two: &Two) {
    let of = |draft: Draft| move |contacts: &Contacts| contacts.resolve(draft);
    two.after("nothing", |_| Ok(()), &[("zora", &[])]);
    let zora = of(email("zora").name("Zora Quill"));
    let zora = two.after("resolve creates", zora, &[("zora", &["Zora Quill"])]);
    let zora = zora.contact.id;
    two.after(
        "resolve attaches",
        of(email("zora").phone("+14155550101")),
        &[("0101", &["Zora Quill"])],
    );
    two.after(
        "resolve fills",
        of(email("zora").text(TextField::Company, "Acme")),
        &[("acm", &["Zora Quill"])],
    );
    two.after(
        "upsert replaces",
        |contacts| contacts.upsert(email("zora").name("Zelda Quill")),
        &[
            ("zora", &["Zelda Quill"]),
            ("zelda", &["Zelda Quill"]),
            ("zora quill zelda", &["Zelda Quill"]),
        ],
    );
    two.after(
        "update replaces",
        |contacts| contacts.update(zora, Update::new().name("Yolanda Quill")),
        &[("zelda", &[]), ("yolanda", &["Yolanda Quill"])],
    );
    two.after(
        "an email more",
        |contacts| contacts.update(zora, Update::new().add_email("second@mail.example")),
        &[("second", &["Yolanda Quill"])],
    );
    let key = Key::read(Kind::Email, "second@mail.example").unwrap();
    two.after(
        "an email less",
        |contacts| contacts.update(zora, Update::new().remove(&key)),
        &[("second", &[])],
    );
    two.after(
        "cleared",
        |contacts| contacts.update(zora, Update::new().clear(TextField::Company)),
        &[("acm", &[])],
    );
    let bo = two.after(
        "create",
        |contacts| contacts.create(email("bo").name("Bo Quill")),
        &[("quill", &["Bo Quill", "Yolanda Quill"])],
    );
    let bo = bo.contact.id;
    two.after(
        "a note is a change",
        |contacts| contacts.add_note(zora, &NoteDraft::new("called")),
        &[("quill", &["Yolanda Quill", "Bo Quill"])],
    );
    let phone = Key::read(Kind::Phone, "+14155550101").unwrap();
    two.after(
        "a phone has a new owner",
        |contacts| contacts.reassign(&phone, bo),
        &[("0101", &["Bo Quill", "Yolanda Quill"])],
    );
}

fn contacts_are_merged_and_parted(two: &Two) {
    let make = |name: &str, mail: &str| {
        let draft = email(mail).name(name);
        two.contacts.create(draft).unwrap().contact.id
    };
    let (one, other) = (make("Ulla Merz", "one"), make("Viktor Merz", "other"));
    let merged = two.after(
        "merged",
        |contacts| contacts.merge(one, other, &MergeRules::default()),
        &[
            ("viktor", &[]),
            ("merz", &["Ulla Merz"]),
            ("other", &["Ulla Merz"]),
        ],
    );
    two.after(
        "parted",
        |contacts| contacts.unmerge(merged.merge),
        &[
            ("viktor", &["Viktor Merz"]),
            ("other", &["Viktor Merz"]),
            ("ulla", &["Ulla Merz"]),
        ],
    );
    two.after(
        "said to be two",
        |contacts| contacts.mark_distinct(one, other),
        &[("one", &["Ulla Merz"]), ("other", &["Viktor Merz"])],
    );
    two.after(
        "and not to be",
        |contacts| contacts.lift_distinct(one, other),
        &[("one", &["Ulla Merz"]), ("other", &["Viktor Merz"])],
    );
    let both = ResolveRequest::from(email("one").email("other@example.com"));
    two.after(
        "merged by a resolve",
        |contacts| contacts.resolve(both.on_conflict(OnConflict::Merge)),
        &[("viktor", &[]), ("other", &["Ulla Merz"])],
    );
    let third = make("Wanda Merz", "third");
    two.after(
        "decided to be one",
        |contacts| contacts.decide(third, one, &Decision::Merge(MergeRules::default())),
        &[
            ("ulla", &[]),
            ("merz", &["Wanda Merz"]),
            ("other", &["Wanda Merz"]),
        ],
    );
}

fn contacts_go_and_come_back(two: &Two) {
    let create = |contacts: &Contacts| contacts.create(email("tim").name("Tim Gone"));
    let tim = two
        .after("made", create, &[("tim", &["Tim Gone"])])
        .contact
        .id;
    let gone: [(&str, &[&str]); 2] = [("gone", &[]), ("tim", &[])];
    two.after("deleted", |contacts| contacts.delete(tim), &gone);
    two.after(
        "restored",
        |contacts| contacts.restore(tim),
        &[("gone", &["Tim Gone"])],
    );
    two.after("erased", |contacts| contacts.erase(tim), &gone);
}

fn many_at_once(two: &Two) {
    let drafts = |name: &str| {
        let draft = |number: usize| email(&format!("{name}{number}")).name(format!("{name} Many"));
        [0, 1].map(draft)
    };
    two.after(
        "resolved",
        |contacts| contacts.resolve_many(drafts("Rosa")),
        &[("rosa", &["Rosa Many", "Rosa Many"])],
    );
    two.after(
        "created",
        |contacts| contacts.create_many(drafts("Carl")),
        &[("carl", &["Carl Many", "Carl Many"])],
    );
    let renamed = |contacts: &Contacts| {
        contacts.upsert_many([0, 1].map(|number| email(&format!("Carl{number}")).name("Dora Many")))
    };
    two.after(
        "upserted",
        renamed,
        &[
            ("carl", &["Dora Many", "Dora Many"]),
            ("dora", &["Dora Many", "Dora Many"]),
        ],
    );
    let file = "name,email\nImme Ported,imme@example.com\nIwo Ported,iwo@example.com\n";
    let import = |contacts: &Contacts| {
        let records = Records::open(file.as_bytes(), Format::Csv, &ReadOptions::new())?;
        contacts.import(records, ImportOptions::default(), |_| {
            ControlFlow::Continue(())
        })
    };
    two.after(
        "imported",
        import,
        &[("ported", &["Iwo Ported", "Imme Ported"])],
    );
    let together = |_: &Contacts| {
        two.first.transaction(|tx| {
            let contacts = tx.contacts(Scope::default());
            let made = contacts.resolve(email("trix").name("Trix First"))?;
            contacts.update(made.contact.id, Update::new().name("Trix Second"))?;
            contacts.create(email("trux").name("Trux Second"))
        })
    };
    two.after(
        "in one transaction",
        together,
        &[("second", &["Trux Second", "Trix Second"]), ("first", &[])],
    );
}

fn what_did_not_happen(two: &Two) {
    let broken_off = |_: &Contacts| {
        let done = two.first.transaction(|tx| {
            let contacts = tx.contacts(Scope::default());
            contacts.resolve(email("never").name("Nemo Never"))?;
            Err::<(), _>(Error::Stopped)
        });
        assert!(done.is_err());
        Ok(())
    };
    two.after("rolled back", broken_off, &[("nemo", &[])]);
    let preview = |contacts: &Contacts| contacts.preview_resolve(email("never").name("Nemo Never"));
    two.after("looked at beforehand", preview, &[("never", &[])]);
}
