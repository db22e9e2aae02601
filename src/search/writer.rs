//! Writing an index: what changed goes in, and a commit says how far it has come.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use tantivy::directory::RamDirectory;
use tantivy::index::SegmentId;
use tantivy::indexer::{LogMergePolicy, MergePolicy, NoMergePolicy};
use tantivy::{
    FutureResult, Index, IndexReader, IndexWriter, Result, SegmentMeta, SegmentReader,
    TantivyDocument, TantivyError,
};

use super::folder::{self, Folder, Stands, WriteLock};
use super::layer::Layer;
use super::layout::{Layout, Reached};
use super::removal::OfRows;
use super::terms::{self, Entry, TermBuffer};
use super::words::Scratch;

/// How long an erased contact's values may take to go from the files.
const PURGE: Duration = Duration::from_secs(60);

/// A segment that is so many times as large as all others together stays as it is.
const LARGE: u64 = 4;

/// Which segments become one while an index is written: none while several threads write all
/// that they can, and otherwise rather many, since every search looks into each.
fn merge_policy(has_to_gather: bool) -> Box<dyn MergePolicy> {
    const FEW_SEGMENTS: usize = 4;
    const MANY_DELETED: f32 = 0.3;
    if has_to_gather {
        return Box::new(NoMergePolicy);
    }
    let mut policy = LogMergePolicy::default();
    policy.set_min_num_segments(FEW_SEGMENTS);
    policy.set_del_docs_ratio_before_merge(MANY_DELETED);
    Box::new(policy)
}

/// An index, written by this handle alone.
pub(crate) struct Writer {
    index: Index,
    writer: IndexWriter,
    gathering: Gathering,
    /// The files of its segments when it was last looked, and how long they were.
    lengths: HashMap<String, u64>,
    layout: Layout,
    reached: Reached,
    /// From which change on it has everything, if it is in memory.
    since: u64,
    /// The largest row that was put in since the last commit.
    added: i64,
    /// Whether all contacts were forgotten since the last commit, of some there were.
    is_cleared: bool,
    /// Rows that are to go before anything else is put in.
    removed: Vec<i64>,
    buffer: TermBuffer,
    scratch: Scratch,
    /// In memory it is read by whoever writes it, and hides what older layers have.
    in_memory: Option<(IndexReader, HashSet<i64>)>,
    _lock: Option<WriteLock>,
}

/// How far several threads' many segments are on the way to be few.
enum Gathering {
    /// There is one thread, or they are few already.
    No,
    /// The threads have yet to write what is theirs to write.
    Later,
    Running(FutureResult<Option<SegmentMeta>>),
    Done,
}

/// How an index is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WriterOptions {
    /// Bytes of memory of each thread, for what is not in a segment yet.
    pub(crate) memory: usize,
    pub(crate) threads: usize,
}

impl Writer {
    /// The index in a folder, made anew if what stands there is none of this store's: what
    /// is damaged is set aside.
    pub(crate) fn on_disk(
        folder: &Folder,
        lock: WriteLock,
        store: [u8; 16],
        options: WriterOptions,
    ) -> Result<Self> {
        let stands = match folder.look(store) {
            Stands::Index(index, _) if !folder.is_complete(&index) || !folder::is_sound(&index) => {
                Stands::Damaged
            }
            stands => stands,
        };
        match &stands {
            Stands::Nothing | Stands::Another => folder.remove()?,
            Stands::Damaged => folder.set_aside()?,
            Stands::Index(..) => {}
        }
        let (index, reached) = match stands {
            Stands::Index(index, reached) => {
                folder.remove_leftovers()?;
                (index, reached)
            }
            _ => (folder.create()?, Reached::nothing(store)),
        };
        let mut writer = Self::of(index, reached, options, None)?;
        writer._lock = Some(lock);
        if writer.reached == Reached::nothing(store) {
            // So that it is known whose it is.
            writer.commit(Reached::nothing(store))?;
        }
        Ok(writer)
    }

    /// An index in memory, of what came after a number.
    pub(crate) fn in_memory(from: Reached, options: WriterOptions) -> Result<Self> {
        let (_, schema, settings) = Layout::new();
        let builder = Index::builder().schema(schema).settings(settings);
        let index = builder.open_or_create(RamDirectory::create())?;
        let reader = folder::reader(&index)?;
        let in_memory = Some((reader, HashSet::new()));
        Self::of(index, from, options, in_memory)
    }

    fn of(
        index: Index,
        reached: Reached,
        options: WriterOptions,
        in_memory: Option<(IndexReader, HashSet<i64>)>,
    ) -> Result<Self> {
        let (layout, _, _) = Layout::new();
        let threads = options.threads;
        let writer =
            index.writer_with_num_threads(threads, threads.saturating_mul(options.memory))?;
        writer.set_merge_policy(merge_policy(threads > 1));
        Ok(Self {
            index,
            writer,
            layout,
            gathering: match threads {
                1 => Gathering::No,
                _ => Gathering::Later,
            },
            lengths: HashMap::new(),
            since: in_memory.as_ref().map_or(0, |_| reached.change),
            reached,
            added: 0,
            is_cleared: false,
            removed: Vec::new(),
            buffer: TermBuffer::new(0),
            scratch: Scratch::default(),
            in_memory,
            _lock: None,
        })
    }

    pub(crate) fn reached(&self) -> &Reached {
        &self.reached
    }

    /// Whether the files are still those that it has written.
    pub(crate) fn is_in_place(&self) -> bool {
        folder::reached(&self.index).is_ok_and(|reached| reached.as_ref() == Some(&self.reached))
    }

    /// Makes few segments of those that several threads have written, and does not wait for it:
    /// every search looks into each of them.
    pub(crate) fn gather(&mut self) -> Result<()> {
        if !matches!(self.gathering, Gathering::Later) {
            return Ok(());
        }
        let mut segments = self.index.searchable_segment_metas()?;
        segments.sort_by_key(|segment| Reverse(segment.num_docs()));
        let documents = |segments: &[SegmentMeta]| -> u64 {
            let counts = segments.iter().map(|segment| u64::from(segment.num_docs()));
            counts.sum()
        };
        // A large one is not written again for a few documents more.
        let from = match segments.split_first() {
            Some((first, rest)) => {
                usize::from(u64::from(first.num_docs()) > LARGE * documents(rest))
            }
            None => 0,
        };
        let segments = segments.get(from..).unwrap_or_default();
        self.gathering = Gathering::Done;
        if segments.len() > 1 {
            let segments: Vec<SegmentId> = segments.iter().map(SegmentMeta::id).collect();
            self.gathering = Gathering::Running(self.writer.merge(&segments));
        }
        self.writer.set_merge_policy(merge_policy(false));
        Ok(())
    }

    /// Whether gathering has ended since this was asked last.
    pub(crate) fn has_gathered(&mut self) -> bool {
        let has_ended = match &mut self.gathering {
            Gathering::Running(merge) => {
                let mut context = Context::from_waker(Waker::noop());
                Pin::new(merge).poll(&mut context).is_ready()
            }
            Gathering::Done => true,
            Gathering::No | Gathering::Later => false,
        };
        if has_ended {
            self.gathering = Gathering::No;
        }
        has_ended
    }

    /// Whether the files of its segments are as they were when this was asked last, and nobody
    /// put others beside them. What stands in the files is not read.
    pub(crate) fn is_whole(&mut self, folder: &Folder) -> bool {
        // First: segments come and go meanwhile.
        let Ok(found) = folder.lengths() else {
            return false;
        };
        let Ok(segments) = self.index.searchable_segment_ids() else {
            return false;
        };
        let segments: HashSet<String> = segments.iter().map(SegmentId::uuid_string).collect();
        // Who is deleted is told by another file each time.
        let is_of_segment = |name: &str| {
            let segment = name.split('.').next().unwrap_or_default();
            segments.contains(segment) && !name.ends_with(".del")
        };
        let mut known = self.lengths.iter().filter(|(name, _)| is_of_segment(name));
        let is_whole = known.all(|(name, length)| found.get(name) == Some(length));
        self.lengths = found;
        self.lengths.retain(|name, _| is_of_segment(name));
        is_whole && folder.is_complete(&self.index)
    }

    /// From which change on an index in memory has everything.
    pub(crate) fn since(&self) -> u64 {
        self.since
    }

    /// Forgets all contacts: they will be given anew.
    pub(crate) fn clear(&mut self) -> Result<()> {
        self.removed.clear();
        self.writer.delete_all_documents()?;
        self.is_cleared |= self.reached.change > 0;
        self.reached = Reached::nothing(self.reached.store);
        Ok(())
    }

    /// Whether it is made anew in the place of an older one, of which nothing is to be left.
    pub(crate) fn is_cleared(&self) -> bool {
        self.is_cleared
    }

    /// Takes a contact out.
    pub(crate) fn remove(&mut self, row: i64) {
        if let Some((_, rows)) = &mut self.in_memory {
            rows.insert(row);
        }
        if row <= self.reached.last_row {
            self.removed.push(row);
        }
    }

    fn take_out(&mut self) -> Result<()> {
        if !self.removed.is_empty() {
            let rows = OfRows::new(self.removed.drain(..));
            self.writer.delete_query(Box::new(rows))?;
        }
        Ok(())
    }

    /// Puts a contact in that is not there, or was removed.
    pub(crate) fn add(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.take_out()?;
        let mut document = TantivyDocument::new();
        document.add_u64(self.layout.row, entry.row.cast_unsigned());
        document.add_u64(self.layout.change, entry.change);
        document.add_i64(self.layout.updated_at, entry.updated_at);
        let field = self.layout.term;
        terms::each_term(entry, &mut self.buffer, &mut self.scratch, &mut |term| {
            document.add_bytes(field, term);
        });
        self.writer.add_document(document)?;
        self.added = self.added.max(entry.row);
        Ok(())
    }

    /// Makes what was given visible to those who look, and remembers how far it goes.
    pub(crate) fn commit(&mut self, mut reached: Reached) -> Result<()> {
        self.take_out()?;
        reached.last_row = self.reached.last_row.max(self.added);
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&reached.to_payload());
        commit.commit()?;
        self.reached = reached;
        self.is_cleared = false;
        Ok(())
    }

    /// Takes every trace of contacts out of the files, which were removed before: a commit
    /// that says no more than the last one, and segments written anew without them.
    ///
    /// # Errors
    ///
    /// Those of a segment that can't be written anew: it is damaged, or there is no room.
    pub(crate) fn purge(&mut self, rows: &[i64]) -> Result<()> {
        if self.in_memory.is_some() {
            return Ok(());
        }
        self.commit(self.reached.clone())?;
        self.writer.set_merge_policy(Box::new(NoMergePolicy));
        let purged = self.purge_segments(rows);
        let has_to_gather = matches!(self.gathering, Gathering::Later);
        self.writer.set_merge_policy(merge_policy(has_to_gather));
        purged
    }

    fn purge_segments(&mut self, rows: &[i64]) -> Result<()> {
        const LOOK: Duration = Duration::from_millis(10);
        const TRIES: u32 = 3;
        let until = Instant::now() + PURGE;
        let mut in_vain = 0;
        loop {
            let mut last = None;
            for segment in self.segments_with(rows)? {
                // It may be part of a merge that began before: then it is looked again.
                if let Err(error) = self.writer.merge(&[segment]).wait() {
                    last = Some(error);
                }
            }
            self.writer.garbage_collect_files().wait()?;
            // What such a merge has read stays as long as it is not quite at its end.
            let is_alone = !self.has_other_files()?;
            if is_alone && self.segments_with(rows)?.is_empty() {
                return Ok(());
            }
            // With no other merge in its way it would fail again.
            in_vain += u32::from(is_alone && last.is_some());
            if in_vain == TRIES || Instant::now() > until {
                let late = || TantivyError::InternalError("a merge does not end".to_owned());
                return Err(last.unwrap_or_else(late));
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Whether there are files of segments that are not searched: no longer, or not yet.
    fn has_other_files(&self) -> Result<bool> {
        let segments = self.index.searchable_segment_ids()?;
        let segments: HashSet<String> = segments.iter().map(SegmentId::uuid_string).collect();
        let files = self.index.directory().list_managed_files();
        let mut names = files.iter().filter_map(|file| file.to_str());
        Ok(names.any(|name| {
            let segment = name.split('.').next().unwrap_or_default();
            segment != "meta" && !segments.contains(segment)
        }))
    }

    /// The segments in which something of these rows is, or of anybody as he was before: who
    /// was one with an erased contact for a time had what was his.
    fn segments_with(&self, rows: &[i64]) -> Result<Vec<SegmentId>> {
        let rows = OfRows::new(rows.iter().copied());
        let mut affected = Vec::new();
        for segment in self.index.searchable_segments()? {
            let is_affected = segment.meta().has_deletes() || {
                let reader = SegmentReader::open(&segment)?;
                !rows.in_segment(&reader)?.is_empty()
            };
            if is_affected {
                affected.push(segment.id());
            }
        }
        Ok(affected)
    }

    /// What an index in memory has by now; none for one on disk, which is read as others
    /// read it.
    pub(crate) fn layer(&self) -> Result<Option<Arc<Layer>>> {
        let Some((reader, rows)) = &self.in_memory else {
            return Ok(None);
        };
        reader.reload()?;
        let layer = Layer::of(reader, self.layout, self.reached.clone(), None)?;
        Ok(Some(Arc::new(layer.hiding(self.since, rows.clone()))))
    }

    /// Waits for what is still being written, and ends.
    pub(crate) fn close(self) -> Result<()> {
        self.writer.wait_merging_threads()
    }
}
