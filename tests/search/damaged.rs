//! Whatever becomes of the index: the answers are right at once, and before long there is an
//! index again. What can't be read as what it says it is is set aside, and not trusted.

use std::fs;
use std::path::{Path, PathBuf};

use kinfold::{Contacts, Kinfold};

use crate::common::{contacts, new_folder};
use crate::{files, found, index, indexed, last_change, person, settle, until, word};

const PEOPLE: usize = 40;

/// Each has words that nobody else has, and some that all have.
fn fill(contacts: &Contacts, from: usize) {
    let person = |number: usize| {
        let name = format!("Ana {}", word(number));
        person(&name, number).email(format!("mail{number:03}@example.com"))
    };
    let people = (from..from + PEOPLE).map(person);
    contacts.resolve_many(people).unwrap();
}

/// That everybody is found, and nobody else.
fn assert_finds(contacts: &Contacts, count: usize, what: &str) {
    for number in 0..count {
        let name = format!("Ana {}", word(number));
        assert_eq!(found(contacts, &word(number)), [name.as_str()], "{what}");
        if number % 10 == 0 {
            assert_eq!(
                found(contacts, &format!("mail{number:03} an")),
                [name],
                "{what}"
            );
        }
    }
    for query in ["a", "ana", "anna", "example"] {
        assert_eq!(found(contacts, query).len(), count, "{what}: {query}");
    }
    assert_eq!(found(contacts, "nobody"), [""; 0], "{what}");
}

/// A closed store, its index whole and in more than one segment.
fn closed() -> (tempfile::TempDir, PathBuf) {
    let (above, folder) = new_folder();
    for from in [0, PEOPLE / 2] {
        let kinfold = Kinfold::open(&folder).unwrap();
        fill(&contacts(&kinfold), from);
        settle(&kinfold, &folder);
    }
    (above, folder)
}

const ALL: usize = PEOPLE + PEOPLE / 2;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in files(from) {
        fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}

fn set_aside(folder: &Path) -> PathBuf {
    folder.join("search.damaged")
}

/// Opens a store, and holds that it answers at once and has an index before long. What
/// stood there is set aside, or is not.
fn assert_mends(folder: &Path, what: &str, is_set_aside: bool) {
    let kinfold = Kinfold::open(folder).unwrap();
    let contacts = contacts(&kinfold);
    assert_finds(&contacts, ALL, &format!("{what}, at once"));
    if is_set_aside {
        until(&format!("{what}, set aside"), || set_aside(folder).is_dir());
        assert!(!files(&set_aside(folder)).is_empty(), "{what}");
    }
    settle(&kinfold, folder);
    assert_finds(&contacts, ALL, &format!("{what}, mended"));
    drop((contacts, kinfold));
    let again = Kinfold::open(folder).unwrap();
    assert_finds(
        &crate::common::contacts(&again),
        ALL,
        &format!("{what}, opened again"),
    );
}

type Harm = fn(&Path);

fn edit(file: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(file).unwrap();
    change(&mut bytes);
    fs::write(file, bytes).unwrap();
}

fn flip(file: &Path, at: impl FnOnce(usize) -> usize) {
    edit(file, |bytes| {
        if !bytes.is_empty() {
            let at = at(bytes.len());
            bytes[at] ^= 0x55;
        }
    });
}

/// Every file of the index, in every way; a way or two for each where there is little time.
#[test]
fn a_damaged_file_is_noticed() {
    let (_above, folder) = closed();
    let whole = folder.join("whole");
    copy(&index(&folder), &whole);
    let harms: [(&str, Harm); 6] = [
        ("gone", |file| fs::remove_file(file).unwrap()),
        ("empty", |file| edit(file, Vec::clear)),
        ("half", |file| {
            edit(file, |bytes| bytes.truncate(bytes.len() / 2))
        }),
        ("other at its end", |file| flip(file, |length| length - 1)),
        ("other in the middle", |file| {
            flip(file, |length| length / 2)
        }),
        ("other at its beginning", |file| flip(file, |_| 0)),
    ];
    let is_long = std::env::var_os("KINFOLD_LONG_TESTS").is_some();
    let mut endings = std::collections::BTreeSet::new();
    for file in files(&whole) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let ending = name.rsplit('.').next().unwrap().to_owned();
        // One of each kind will do.
        if name.ends_with(".lock") || !endings.insert(ending.clone()) {
            continue;
        }
        for (number, (what, harm)) in harms.into_iter().enumerate() {
            if !is_long && (number + endings.len()) % 4 > 0 {
                continue;
            }
            let what = format!("{name} {what}");
            let _ = fs::remove_dir_all(set_aside(&folder));
            fs::remove_dir_all(index(&folder)).unwrap();
            copy(&whole, &index(&folder));
            harm(&index(&folder).join(&name));
            // What the index says of itself is another test. Its list of files matters to whoever
            // writes it next.
            let is_set_aside = match name.as_str() {
                "meta.json" => continue,
                ".managed.json" => false,
                _ => true,
            };
            assert_mends(&folder, &what, is_set_aside);
        }
    }
    assert!(endings.len() > 5, "{endings:?}");
    // Making it anew on purpose is the end of what was set aside.
    Kinfold::open(&folder).unwrap().reindex().unwrap();
    assert!(!set_aside(&folder).exists());
}

/// What the index says of itself.
#[test]
fn what_an_index_says_is_held_against_what_it_is() {
    let (_above, folder) = closed();
    let whole = folder.join("whole");
    copy(&index(&folder), &whole);
    let meta = fs::read_to_string(whole.join("meta.json")).unwrap();
    let read: serde_json::Value = serde_json::from_str(&meta).unwrap();
    let payload = |change: fn(&mut serde_json::Value)| {
        let mut read = read.clone();
        let mut payload = serde_json::from_str(read["payload"].as_str().unwrap()).unwrap();
        change(&mut payload);
        read["payload"] = serde_json::Value::String(payload.to_string());
        read.to_string()
    };
    let without_payload = {
        let mut read = read.clone();
        read.as_object_mut().unwrap().remove("payload");
        read.to_string()
    };
    for (what, meta, is_set_aside) in [
        ("nothing", String::new(), true),
        ("garbage", "\u{0}garbage".to_owned(), true),
        ("JSON of something else", "{\"a\":1}".to_owned(), true),
        ("half of it", meta[..meta.len() / 2].to_owned(), true),
        ("no payload", without_payload, false),
        (
            "another format",
            payload(|one| one["format"] = 77_000.into()),
            false,
        ),
        (
            "another store",
            payload(|one| one["store"][3] = 1.into()),
            false,
        ),
        (
            "a change that never was",
            payload(|one| one["change"] = 1_000_000.into()),
            false,
        ),
        (
            "another log",
            payload(|one| one["entries"][0][1][5] = 1.into()),
            false,
        ),
        (
            "nothing yet",
            payload(|one| one["change"] = 0.into()),
            false,
        ),
    ] {
        let _ = fs::remove_dir_all(set_aside(&folder));
        fs::remove_dir_all(index(&folder)).unwrap();
        copy(&whole, &index(&folder));
        fs::write(index(&folder).join("meta.json"), meta).unwrap();
        assert_mends(&folder, what, is_set_aside);
        assert_eq!(set_aside(&folder).exists(), is_set_aside, "{what}");
    }
}

#[test]
fn the_index_of_another_store_is_not_ours() {
    let (_above, folder) = closed();
    let (_elsewhere, other) = new_folder();
    {
        let kinfold = Kinfold::open(&other).unwrap();
        let contacts = contacts(&kinfold);
        for number in 0..2 * ALL {
            let name = format!("Stranger {}", word(number));
            contacts.resolve(person(&name, number)).unwrap();
        }
        settle(&kinfold, &other);
    }
    fs::remove_dir_all(index(&folder)).unwrap();
    copy(&index(&other), &index(&folder));
    assert_mends(&folder, "of another store", false);
    assert!(!set_aside(&folder).exists());
}

#[test]
fn an_index_that_goes_while_the_store_is_open_comes_back() {
    let (_above, folder) = closed();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    settle(&kinfold, &folder);
    let all_gone = || fs::remove_dir_all(index(&folder)).unwrap();
    let no_meta = || fs::remove_file(index(&folder).join("meta.json")).unwrap();
    // As it is replaced by whoever restores a folder: who has the old file open keeps it.
    let other_meta = || {
        let meta = index(&folder).join("meta.json");
        fs::remove_file(&meta).unwrap();
        fs::write(&meta, "garbage").unwrap();
    };
    let harms: [(&str, &dyn Fn()); 3] = [
        ("gone", &all_gone),
        ("without what it says of itself", &no_meta),
        ("of another kind", &other_meta),
    ];
    let mut count = ALL;
    for (what, harm) in harms {
        harm();
        assert_finds(&contacts, count, what);
        // Also if nothing ever changes again.
        settle(&kinfold, &folder);
        assert_finds(&contacts, count, what);
        harm();
        fill(&contacts, count);
        count += PEOPLE;
        assert_finds(&contacts, count, what);
        settle(&kinfold, &folder);
        assert_finds(&contacts, count, what);
    }
    assert!(kinfold.check().unwrap().ok);
}

/// Also by the handle that writes it and has not searched: nobody else may make it anew.
#[cfg(unix)]
#[test]
fn whoever_writes_an_index_misses_a_file_of_it() {
    type Spoil = fn(&Path) -> std::io::Result<()>;
    let spoils: [(&str, Spoil); 2] = [
        ("gone", |file| fs::remove_file(file)),
        ("replaced by a shorter one", |file| {
            let whole = fs::read(file)?;
            let shorter = file.with_extension("shorter");
            fs::write(&shorter, &whole[..whole.len() / 2])?;
            fs::rename(shorter, file)
        }),
    ];
    for (what, spoil) in spoils {
        let (_above, folder) = new_folder();
        let writer = Kinfold::open(&folder).unwrap();
        fill(&contacts(&writer), 0);
        writer.reindex().unwrap();
        // Once it looks to know how the files are.
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        let files = files(&index(&folder));
        let is_of_terms = |file: &&PathBuf| file.extension().is_some_and(|end| end == "term");
        spoil(files.iter().find(is_of_terms).unwrap()).unwrap();
        until(what, || set_aside(&folder).exists());
        fill(&contacts(&writer), PEOPLE);
        settle(&writer, &folder);
        assert!(writer.check().unwrap().index.is_empty(), "{what}");
        let elsewhere = Kinfold::open(&folder).unwrap();
        assert_finds(&contacts(&elsewhere), 2 * PEOPLE, what);
    }
}

/// The store is again what it was some time ago; the index has seen more, or another story.
#[test]
fn a_store_that_was_put_back_is_searched_as_it_is() {
    let (_above, folder) = closed();
    let backup = folder.join("backup.db");
    Kinfold::open(&folder).unwrap().backup(&backup).unwrap();
    {
        let kinfold = Kinfold::open(&folder).unwrap();
        fill(&contacts(&kinfold), ALL);
        settle(&kinfold, &folder);
    }
    let put_back = || {
        for name in ["contacts.db-wal", "contacts.db-shm"] {
            let _ = fs::remove_file(folder.join(name));
        }
        fs::copy(&backup, folder.join("contacts.db")).unwrap();
    };
    put_back();
    assert_mends(&folder, "put back", false);

    // It goes on otherwise, and further than the index has seen.
    let seen = indexed(&folder).unwrap();
    {
        let kinfold = Kinfold::open(&folder).unwrap();
        let contacts = contacts(&kinfold);
        for number in 0..PEOPLE {
            contacts
                .resolve(person("Somebody Else", 10_000 + number))
                .unwrap();
        }
        settle(&kinfold, &folder);
        assert!(indexed(&folder).unwrap() > seen);
    }
    let later = folder.join("later");
    copy(&index(&folder), &later);
    put_back();
    {
        let kinfold = Kinfold::open(&folder).unwrap();
        fill(&contacts(&kinfold), ALL);
        fill(&contacts(&kinfold), ALL + PEOPLE);
        assert!(last_change(&kinfold) > indexed(&later).unwrap_or(seen));
    }
    fs::remove_dir_all(index(&folder)).unwrap();
    copy(&later, &index(&folder));
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    for what in ["at once", "mended"] {
        assert_finds(&contacts, ALL + 2 * PEOPLE, what);
        assert_eq!(found(&contacts, "somebody"), [""; 0], "{what}");
        settle(&kinfold, &folder);
    }
    assert!(!set_aside(&folder).exists());
}

/// Something else stands where the index would be, or nothing can be written there.
#[test]
fn without_a_place_for_an_index_everybody_is_found() {
    let (_above, folder) = closed();
    let in_the_way: [(&str, &str); 3] = [
        ("a file for the folder", "search"),
        ("a folder for the lock", "search.lock"),
        ("a file where what is damaged goes", "search.damaged"),
    ];
    for (what, name) in in_the_way {
        for name in ["search", "search.damaged"] {
            let _ = fs::remove_dir_all(folder.join(name));
            let _ = fs::remove_file(folder.join(name));
        }
        let _ = fs::remove_file(folder.join("search.lock"));
        let place = folder.join(name);
        match name {
            "search.lock" => fs::create_dir(&place).unwrap(),
            _ => fs::write(&place, "in the way").unwrap(),
        }
        {
            let kinfold = Kinfold::open(&folder).unwrap();
            let contacts = contacts(&kinfold);
            for _ in 0..3 {
                assert_finds(&contacts, ALL, what);
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            // What is no index is taken out of the way, but for the lock, which is not ours.
            if name == "search.lock" {
                assert!(kinfold.reindex().is_err());
                fs::remove_dir(&place).unwrap();
            }
            settle(&kinfold, &folder);
            assert_finds(&contacts, ALL, what);
            until("a rebuild", || kinfold.reindex().is_ok());
            assert_finds(&contacts, ALL, what);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_only_read_is_searched() {
    use std::os::unix::fs::PermissionsExt;
    let (_above, folder) = closed();
    let set = |mode: u32| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(index(&folder), permissions).unwrap();
    };
    set(0o500);
    {
        let kinfold = Kinfold::open(&folder).unwrap();
        let contacts = contacts(&kinfold);
        assert_finds(&contacts, ALL, "only read");
        fill(&contacts, ALL);
        for _ in 0..3 {
            assert_finds(&contacts, ALL + PEOPLE, "only read, and behind");
            std::thread::sleep(std::time::Duration::from_millis(150));
        }
        set(0o700);
        settle(&kinfold, &folder);
        assert_finds(&contacts, ALL + PEOPLE, "written again");
    }
}
