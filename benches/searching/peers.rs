//! The same documents in what one would take otherwise: plain tantivy, and SQLite's own
//! full-text search.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, FuzzyTermQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, STRING, Schema, TEXT, Value};
use tantivy::{Index, IndexReader, ReloadPolicy, Searcher, TantivyDocument, Term};

use super::people::{Person, RARE_TAG};
use super::queries::{Kind, Typed};

/// Hits of one search.
pub const HITS: usize = 10;

/// Tantivy as its users use it: the name is a text, cut into words by the tokenizer that
/// comes first.
pub struct Tantivy {
    fields: Fields,
    searcher: Searcher,
    _reader: IndexReader,
}

#[derive(Clone, Copy)]
struct Fields {
    row: Field,
    name: Field,
    company: Field,
    tag: Field,
    has: Field,
}

impl Fields {
    fn new() -> (Self, Schema) {
        let mut schema = Schema::builder();
        let fields = Self {
            row: schema.add_u64_field("row", STORED),
            name: schema.add_text_field("name", TEXT),
            company: schema.add_text_field("company", TEXT),
            tag: schema.add_text_field("tag", STRING),
            has: schema.add_text_field("has", STRING),
        };
        (fields, schema.build())
    }
}

impl Tantivy {
    pub fn make(folder: &Path, people: impl Iterator<Item = (u64, Person)>) {
        std::fs::create_dir_all(folder).unwrap();
        let (fields, schema) = Fields::new();
        let index = Index::create_in_dir(folder, schema).unwrap();
        let mut writer = index.writer_with_num_threads(1, 128 << 20).unwrap();
        for (row, person) in people {
            let mut document = TantivyDocument::new();
            document.add_u64(fields.row, row);
            document.add_text(fields.name, person.name());
            if let Some(company) = &person.company {
                document.add_text(fields.company, company);
            }
            if person.is_rare() {
                document.add_text(fields.tag, RARE_TAG);
            }
            if person.email.is_some() {
                document.add_text(fields.has, "email");
            }
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        writer.wait_merging_threads().unwrap();
    }

    pub fn open(folder: &Path) -> Self {
        let index = Index::open_in_dir(folder).unwrap();
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual);
        let reader: IndexReader = reader.try_into().unwrap();
        Self {
            fields: Fields::new().0,
            searcher: reader.searcher(),
            _reader: reader,
        }
    }

    /// A query, if it knows what to do with it.
    pub fn query(&self, kind: Kind, typed: &Typed) -> Option<Box<dyn Query>> {
        let fields = self.fields;
        let word = |field, word: &str| -> Box<dyn Query> {
            let term = Term::from_field_text(field, word);
            Box::new(FuzzyTermQuery::new_prefix(term, 0, true))
        };
        let term = |field, text: &str| -> Box<dyn Query> {
            let term = Term::from_field_text(field, text);
            Box::new(TermQuery::new(term, IndexRecordOption::Basic))
        };
        let name = || -> Box<dyn Query> {
            let words = typed.text.split_whitespace();
            let words = words.map(|text| (Occur::Must, word(fields.name, text)));
            Box::new(BooleanQuery::new(words.collect()))
        };
        let both = |one, other| -> Box<dyn Query> {
            Box::new(BooleanQuery::new(vec![
                (Occur::Must, one),
                (Occur::Must, other),
            ]))
        };
        Some(match kind {
            Kind::Letters(_) => word(fields.name, &typed.text),
            Kind::TwoWords => name(),
            Kind::Typo => {
                let distance = if typed.text.chars().count() < 8 { 1 } else { 2 };
                let term = Term::from_field_text(fields.name, &typed.text);
                Box::new(FuzzyTermQuery::new_prefix(term, distance, true))
            }
            Kind::Company => word(fields.company, &typed.text),
            Kind::WithTag => both(name(), term(fields.tag, RARE_TAG)),
            Kind::WithEmail => both(name(), term(fields.has, "email")),
            Kind::WithCompany => {
                let company = typed.company.as_deref()?.to_lowercase();
                let words = company.split_whitespace();
                let words = words.map(|text| (Occur::Must, term(fields.company, text)));
                both(name(), Box::new(BooleanQuery::new(words.collect())))
            }
            Kind::Nickname | Kind::PhoneEnd | Kind::WithNobody => return None,
        })
    }

    /// The rows of the first hits.
    pub fn search(&self, query: &dyn Query) -> Vec<u64> {
        let collector = TopDocs::with_limit(HITS).order_by_score();
        let hits = self.searcher.search(query, &collector).unwrap();
        let rows = hits.into_iter().map(|(_, address)| {
            let document: TantivyDocument = self.searcher.doc(address).unwrap();
            document
                .get_first(self.fields.row)
                .unwrap()
                .as_u64()
                .unwrap()
        });
        rows.collect()
    }
}

/// SQLite's full-text search, with prefixes of up to three letters in its index.
pub struct FullText(Connection);

impl FullText {
    pub fn make(file: &Path, people: impl Iterator<Item = (u64, Person)>) {
        let mut connection = Connection::open(file).unwrap();
        connection
            .execute_batch("CREATE VIRTUAL TABLE people USING fts5(name, prefix='1 2 3')")
            .unwrap();
        let writing = connection.transaction().unwrap();
        let mut insert = writing
            .prepare("INSERT INTO people (rowid, name) VALUES (?1, ?2)")
            .unwrap();
        for (row, person) in people {
            insert.execute((row, person.name())).unwrap();
        }
        drop(insert);
        writing.commit().unwrap();
        connection
            .execute_batch("INSERT INTO people (people) VALUES ('optimize')")
            .unwrap();
    }

    pub fn open(file: &Path) -> Self {
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let connection = connection.unwrap();
        connection
            .pragma_update(None, "cache_size", -262_144)
            .unwrap();
        Self(connection)
    }

    /// A query, if it knows what to do with it.
    pub fn query(&self, kind: Kind, typed: &Typed) -> Option<String> {
        matches!(kind, Kind::Letters(_) | Kind::TwoWords).then(|| {
            let words = typed.text.split_whitespace();
            let words: Vec<String> = words.map(|word| format!("\"{word}\"*")).collect();
            words.join(" ")
        })
    }

    /// The rows of the first hits.
    pub fn search(&self, query: &str) -> Vec<u64> {
        let ranked = "SELECT rowid FROM people WHERE people MATCH ?1 ORDER BY rank LIMIT 10";
        let mut select = self.0.prepare_cached(ranked).unwrap();
        let rows = select.query_map([query], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }
}
