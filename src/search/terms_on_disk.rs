//! What the files of an index hold, for tests of what they must not hold.

use std::collections::BTreeSet;
use std::path::Path;

use tantivy::directory::MmapDirectory;
use tantivy::index::SegmentComponent;
use tantivy::{Index, SegmentReader};

use super::layout::Layout;

/// Every term of every segment of an index, also of documents that are deleted. Fails if
/// there are terms in a file that is of no segment.
pub(crate) fn all(index: &Path) -> Vec<Vec<u8>> {
    let (layout, _, _) = Layout::new();
    let opened = Index::open(MmapDirectory::open(index).unwrap()).unwrap();
    let mut files = BTreeSet::new();
    for file in std::fs::read_dir(index).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|end| end == "term") {
            files.insert(path);
        }
    }
    let mut terms = Vec::new();
    for segment in opened.searchable_segments().unwrap() {
        let file = segment.meta().relative_path(SegmentComponent::Terms);
        files.remove(&index.join(file));
        let reader = SegmentReader::open(&segment).unwrap();
        let dictionary = reader.inverted_index(layout.term).unwrap();
        let mut stream = dictionary.terms().stream().unwrap();
        while stream.advance() {
            terms.push(stream.key().to_vec());
        }
    }
    assert!(files.is_empty(), "files of no segment: {files:?}");
    terms
}
