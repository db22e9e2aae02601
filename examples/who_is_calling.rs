//! Who is calling? A phone rings, a mail comes in, and each time it is one record.
//!
//! `cargo run --example who_is_calling`

use kinfold::{Draft, Kinfold, OnConflict, ResolveRequest, Scope};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let contacts = Kinfold::open_in_memory()?
        .contacts(Scope::new("acme", Some("lisbon"))?)
        .default_region("US".parse()?)
        .origin("switchboard")?;

    let call = contacts.resolve(Draft::new().phone("(415) 555-0101"))?;
    println!("a call from {} (new: {})", call.contact.id, call.created);

    let form = Draft::new()
        .phone("+1 415 555 0101")
        .email("Ana@Example.com")
        .name("Ana María Ruiz");
    let form = contacts.resolve(form)?;
    println!(
        "a form from the same: {}",
        form.contact.id == call.contact.id
    );

    // A colleague's mail comes with Ana's phone in its signature.
    contacts.resolve(Draft::new().email("bo@example.com").name("Bo Li"))?;
    let mixed = || Draft::new().email("bo@example.com").phone("415-555-0101");
    let meant = contacts.resolve(mixed())?;
    println!(
        "Bo is meant; {} key belongs to somebody else",
        meant.conflicts.len()
    );

    let strict = ResolveRequest::from(mixed()).on_conflict(OnConflict::Reject);
    match contacts.resolve(strict) {
        Err(error) if error.is_conflict() => println!("refused: {error}"),
        other => println!("{other:?}"),
    }

    for change in contacts.changes_since(0, 10)? {
        println!("{} {} {}", change.seq, change.op, change.diff.as_str());
    }
    Ok(())
}
