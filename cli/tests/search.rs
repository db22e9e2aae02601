//! `search` and `reindex`, and what `check` and `stats` say of the index.

mod support;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Desk, Printed};

/// Seven people, in the order of their creation.
fn desk() -> Desk {
    let desk = Desk::new();
    let people = [
        r#"{"email":"jose@example.com","name":"José Ortega","tags":["lead"]}"#,
        r#"{"email":"bob@acme.example","name":"Robert O'Brien","company":"Acme Tools","address":{"city":"Málaga"}}"#,
        r#"{"phone":"+14155550103","name":"Ana María Ruiz"}"#,
        r#"{"email":"ana@example.com","name":"Ana","tags":["lead"]}"#,
        r#"{"email":"anastasia@example.com","name":"Anastasia Öz"}"#,
        r#"{"email":"yuliya@example.com","name":"Юлия Белова"}"#,
        r#"{"external_id":"7","given":"Pia","family":"Ruiz","source":"web","assigned_to":"bo"}"#,
    ];
    let printed = desk.run_with(&["resolve", "--batch", "-"], people.join("\n").as_bytes());
    assert_eq!(printed.status, 0, "{}", printed.err);
    desk
}

fn found(printed: &Printed) -> Vec<String> {
    let page = printed.json();
    let hits = page["hits"].as_array().unwrap().iter();
    let names = hits.map(|hit| hit["contact"]["name"]["full"].as_str().unwrap().to_owned());
    names.collect()
}

#[test]
fn who_is_found_for_what_is_typed() {
    let desk = desk();
    // What is typed, with options, and who is printed, best first.
    let cases: &[(&[&str], &[&str])] = &[
        (&["ana"], &["Ana", "Ana María Ruiz", "Anastasia Öz"]),
        (&["ruiz ana"], &["Ana María Ruiz"]),
        (&["  JOSE   o  "], &["José Ortega"]),
        (&["obrien"], &["Robert O'Brien"]),
        (&["bob"], &["Robert O'Brien"]),
        (&["Robret"], &["Robert O'Brien"]),
        (&["юлия"], &["Юлия Белова"]),
        (&["yuliya"], &["Юлия Белова"]),
        (&["tools"], &["Robert O'Brien"]),
        (&["0103"], &["Ana María Ruiz"]),
        (&["nobody"], &[]),
        // Text and no syntax, and no option either.
        (&["\"ana\" *"], &["Ana", "Ana María Ruiz", "Anastasia Öz"]),
        (&["ana AND ruiz"], &[]),
        (&["-ana"], &["Ana", "Ana María Ruiz", "Anastasia Öz"]),
        (&["--", "--json"], &[]),
        (&[""], &[]),
        (&["*?!"], &[]),
        // As many as asked for, and of those that are meant.
        (&["ana", "--limit", "2"], &["Ana", "Ana María Ruiz"]),
        (&["--limit", "1", "ana"], &["Ana"]),
        (&["o", "--tag", "LEAD"], &["José Ortega"]),
        (&["ana", "--any-tag", "lead", "--any-tag", "x"], &["Ana"]),
        (&["r", "--company", "acme tools"], &["Robert O'Brien"]),
        (&["r", "--city", "MÁLAGA"], &["Robert O'Brien"]),
        (&["ruiz", "--source", "web"], &["Pia Ruiz"]),
        (&["ruiz", "--assigned-to", "bo"], &["Pia Ruiz"]),
        (&["ruiz", "--has-phone"], &["Ana María Ruiz"]),
        (&["ana", "--has-email"], &["Ana", "Anastasia Öz"]),
        (&["ana", "--changed-since", "2100-01-01T00:00:00Z"], &[]),
        (
            &["ruiz", "--changed-since", "2020-01-01T00:00:00Z"],
            &["Pia Ruiz", "Ana María Ruiz"],
        ),
    ];
    for (arguments, expected) in cases {
        let printed = desk.run(&[&["search"], *arguments].concat());
        assert_eq!(printed.status, 0, "{arguments:?}: {}", printed.err);
        assert_eq!(printed.err, "", "{arguments:?}");
        assert_eq!(found(&printed), *expected, "{arguments:?}");
    }
    // The index that the last of them would have left changes nothing of it.
    desk.run(&["reindex"]);
    for (arguments, expected) in cases {
        let printed = desk.run(&[&["search"], *arguments].concat());
        assert_eq!(found(&printed), *expected, "{arguments:?}, by the index");
    }
    let other = desk.run(&["--org", "other", "search", "ana"]);
    assert_eq!(other.json(), json!({ "hits": [] }));
}

/// A contact is printed as everywhere else, and beside it how good a hit it is and why.
#[test]
fn a_hit_says_who_and_why() {
    let desk = desk();
    let printed = desk.run(&["search", "brien bob@"]);
    let page = printed.json();
    let hit = &page["hits"][0];
    let id = hit["contact"]["id"].as_str().unwrap();
    assert_eq!(hit["contact"], desk.run(&["get", id]).json());
    assert_eq!(hit["class"], "exact");
    assert_eq!(
        hit["matched"],
        json!([
            {"field":"name","index":0,"text":"Robert O'Brien","ranges":[[9,14]]},
            {"field":"email","index":0,"text":"bob@acme.example","ranges":[[0,3]]},
        ])
    );
    assert_eq!(page.get("next"), None, "there are no more");
    let best = desk.run(&["search", "ana"]).json();
    let scores = best["hits"].as_array().unwrap().iter();
    let scores: Vec<f64> = scores.map(|hit| hit["score"].as_f64().unwrap()).collect();
    assert_eq!(scores[0], 1.0, "a whole name");
    assert!(scores.is_sorted_by(|one, next| one > next), "{scores:?}");
    let nickname = desk.run(&["search", "pepe"]);
    assert!(
        nickname.out.contains(r#""score":0.55,"#),
        "{}",
        nickname.out
    );
}

#[test]
fn hits_go_on_by_their_cursor() {
    let desk = desk();
    let whole = desk.run(&["search", "a", "--limit", "1000"]);
    let mut seen = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut arguments = vec!["search", "a", "--limit", "2"];
        if let Some(cursor) = &cursor {
            arguments.extend(["--cursor", cursor]);
        }
        let printed = desk.run(&arguments);
        seen.extend(found(&printed));
        match printed.json().get("next") {
            Some(next) => cursor = Some(next.as_str().unwrap().to_owned()),
            None => break,
        }
    }
    assert!(seen.len() > 2);
    assert_eq!(seen, found(&whole));
}

#[test]
fn what_is_no_search_is_refused() {
    let desk = desk();
    let cursor = desk.run(&["search", "ana", "--limit", "1"]).json()["next"]
        .as_str()
        .unwrap()
        .to_owned();
    let usage: &[&[&str]] = &[
        &[],
        &["ana", "ruiz"],
        &["ana", "--limit", "many"],
        &["ana", "--cursor", "nonsense"],
        &["ana", "--changed-since", "yesterday"],
    ];
    for arguments in usage {
        let printed = desk.run(&[&["search"], *arguments].concat());
        assert_eq!(
            (printed.status, printed.out.as_str()),
            (2, ""),
            "{arguments:?}"
        );
    }
    let refused: &[(&[&str], &str)] = &[
        (&["ana", "--limit", "0"], "limit"),
        (&["ana", "--limit", "1001"], "limit"),
        (&["ana", "--tag", ""], "tag"),
        (&["ruiz", "--cursor", &cursor], "cursor"),
        (&["ana", "--org", "other", "--cursor", &cursor], "cursor"),
    ];
    for (arguments, field) in refused {
        let printed = desk.run(&[&["--json", "search"], *arguments].concat());
        assert_eq!(
            (printed.status, printed.code().as_str()),
            (1, "INVALID_REQUEST"),
            "{arguments:?}"
        );
        assert_eq!(printed.json()["error"]["field"], *field, "{arguments:?}");
    }
}

/// What other processes committed is found, whether an index has it or not.
#[test]
fn every_commit_is_found_at_once() {
    let desk = desk();
    desk.run(&["reindex"]);
    let id = desk.run(&["search", "jose"]).json()["hits"][0]["contact"]["id"].clone();
    let id = id.as_str().unwrap();
    let steps: &[(&[&str], &str, &[&str])] = &[
        (
            &["resolve", "--email", "new@example.com", "--name", "Zora"],
            "zora",
            &["Zora"],
        ),
        (
            &["update", id, "--json-patch", r#"{"name":"Zora Ortega"}"#],
            "zora",
            &["Zora", "Zora Ortega"],
        ),
        // By the email, which is as it was.
        (&["search", "x"], "jose ortega", &["Zora Ortega"]),
        (&["delete", id], "zora", &["Zora"]),
        (&["restore", id], "zora", &["Zora", "Zora Ortega"]),
    ];
    for (step, query, expected) in steps {
        assert_eq!(desk.run(step).status, 0, "{step:?}");
        assert_eq!(found(&desk.run(&["search", query])), *expected, "{step:?}");
    }
}

fn index(desk: &Desk) -> PathBuf {
    desk.path().join("store").join("search")
}

fn numbers(desk: &Desk) -> Value {
    desk.run(&["stats"]).json()["search"].clone()
}

/// Deleted, and it is made anew; `stats` says what it has, and `check` what is wrong.
#[test]
fn an_index_is_made_anew() {
    let desk = desk();
    assert_eq!(
        numbers(&desk),
        json!({"contacts":0,"bytes":0,"changes_behind":7,"has_set_aside":false})
    );
    let made = desk.run(&["reindex"]).json();
    assert_eq!(made["contacts"], 7);
    assert!(made["seconds"].is_f64());
    let bytes: u64 = std::fs::read_dir(index(&desk))
        .unwrap()
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum();
    assert_eq!(made["bytes"], bytes);
    assert_eq!(
        numbers(&desk),
        json!({"contacts":7,"bytes":bytes,"changes_behind":0,"has_set_aside":false})
    );
    desk.run(&["resolve", "--email", "more@example.com"]);
    assert_eq!(numbers(&desk)["changes_behind"], 1);
    assert_eq!(desk.run(&["check"]).status, 0, "behind is not wrong");

    std::fs::remove_dir_all(index(&desk)).unwrap();
    assert_eq!(found(&desk.run(&["search", "robert"])), ["Robert O'Brien"]);
    assert_eq!(desk.run(&["check"]).status, 0, "none is not wrong either");
    assert_eq!(desk.run(&["reindex"]).json()["contacts"], 8);
}

#[test]
fn a_damaged_index_is_told_and_repaired() {
    let desk = desk();
    desk.run(&["reindex"]);
    // Every file of postings loses its end.
    let mut cut = 0;
    for file in std::fs::read_dir(index(&desk)).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "idx") {
            let bytes = std::fs::read(&path).unwrap();
            std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
            cut += 1;
        }
    }
    assert!(cut > 0);
    let report = desk.run(&["--json", "check"]);
    // The contacts are not concerned.
    assert_eq!(report.status, 1, "{}", report.out);
    assert_eq!(report.json()["problems"], json!([]));
    let finding = &report.json()["index"][0];
    assert_eq!(finding["rule"], "index");
    assert!(finding["what"].as_str().unwrap().contains("reindex"));
    assert_eq!(found(&desk.run(&["search", "robert"])), ["Robert O'Brien"]);

    let report = desk.run(&["--json", "check", "--repair"]);
    assert_eq!(report.status, 0, "{}", report.out);
    assert_eq!(report.json()["repaired"][0]["rule"], "index");
    assert_eq!(desk.run(&["check"]).status, 0);
    assert_eq!(numbers(&desk)["contacts"], 7);
}

/// Whoever only writes does not make an index, and whoever searches is not kept by it.
#[test]
fn an_index_is_made_when_it_is_of_use() {
    let desk = desk();
    assert!(!index(&desk).exists(), "seven requests need none");
    let begun = Instant::now();
    desk.run(&["search", "ana"]);
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(!index(&desk).exists(), "seven people need none");

    let lines: Vec<String> = (0..3_000)
        .map(|number| {
            let name = format!("Person {number:04}");
            json!({ "email": format!("{number}@example.com"), "name": name }).to_string()
        })
        .collect();
    let lines = lines.join("\n");
    let import = ["--durability", "normal", "import", "-", "--format", "jsonl"];
    assert_eq!(desk.run_with(&import, lines.as_bytes()).status, 0);
    let best = desk.run(&["search", "person 2999", "--limit", "1"]);
    assert_eq!(found(&best), ["Person 2999"]);
    assert_eq!(numbers(&desk)["contacts"], 3_007, "three thousand do");
    assert_eq!(numbers(&desk)["changes_behind"], 0);
}
