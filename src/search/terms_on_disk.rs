//! What the files of an index hold, for tests of what they must not hold.

use std::path::Path;

use tantivy::directory::{CompositeFile, Directory, MmapDirectory};
use tantivy::termdict::TermDictionary;
use tantivy::{Index, Result};

use super::layout::Layout;

/// Every term in every file of an index, whether or not it is of a segment, also of documents
/// that are deleted. Files that come and go meanwhile, or are not written to the end, are
/// left out.
pub(crate) fn all(index: &Path) -> Vec<Vec<u8>> {
    let opened = Index::open(MmapDirectory::open(index).unwrap()).unwrap();
    let mut terms = Vec::new();
    for file in std::fs::read_dir(index).unwrap() {
        let name = file.unwrap().file_name();
        if Path::new(&name)
            .extension()
            .is_some_and(|end| end == "term")
        {
            let _ = each_term(&opened, Path::new(&name), &mut terms);
        }
    }
    terms
}

fn each_term(index: &Index, file: &Path, terms: &mut Vec<Vec<u8>>) -> Result<()> {
    let (layout, _, _) = Layout::new();
    let file = CompositeFile::open(&index.directory().open_read(file)?)?;
    if let Some(file) = file.open_read(layout.term) {
        let dictionary = TermDictionary::open(file)?;
        let mut stream = dictionary.stream()?;
        while stream.advance() {
            terms.push(stream.key().to_vec());
        }
    }
    Ok(())
}
